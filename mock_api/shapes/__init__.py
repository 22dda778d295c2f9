"""The same stock in the shapes of several real APIs: one file, one blueprint each."""

from mock_api.shapes import globalshop

ALL = (globalshop.blueprint,)
NAMES = frozenset(blueprint.name for blueprint in ALL)
