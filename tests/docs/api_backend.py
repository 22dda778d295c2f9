"""A backend as the guides describe it, without a database."""

import ast
from xml.etree import ElementTree

from guides import PROJECT

from odoo.addons.stock_sync_api.client import StockApi
from odoo.addons.stock_sync_api.models.stock_sync_api_mixin import StockSyncApiMixin

PRESETS = PROJECT / "stock_sync_api" / "data" / "stock_sync_preset_data.xml"


class Backend:
    """As much of a backend as the client needs to know.

    :param parameters: rows of *Headers and Parameters*, as a preset has them
    :param values: of fields; the others have their defaults
    """

    _get_api_settings = StockSyncApiMixin._get_api_settings
    _get_mapping = StockSyncApiMixin._get_mapping
    _get_paging = StockSyncApiMixin._get_paging
    _get_texts = StockSyncApiMixin._get_texts
    _get_used = StockSyncApiMixin._get_used
    _is_used = StockSyncApiMixin._is_used
    _get_auth = StockSyncApiMixin._get_auth
    _has_rows_apart = StockSyncApiMixin._has_rows_apart
    _adds_rows_up = StockSyncApiMixin._adds_rows_up

    def __init__(self, parameters=(), **values):
        self.parameters = parameters
        vars(self).update({name: default(name) for name in fields().values()})
        vars(self).update(values)
        if "request_mode" not in values:
            self.request_mode = "list" if self.list_path else "item"
        if self.paging == "page" and not {"pages_path", "total_path"} & values.keys():
            self.pages_path, self.total_path = "pages", "total"

    def __getitem__(self, name):
        return getattr(self, name)

    def ensure_one(self):
        pass

    def _get_secret(self):
        return "secret"

    def _get_rows(self, kind, is_secret):
        rows = [row for row in self.parameters if row["kind"] == kind]
        return tuple(
            (row["name"], row["value"])
            for row in rows
            if row.get("value") and not is_secret
        )

    def levels(self, since=None):
        """Everything that the API's list says, or what has changed since a time."""
        with StockApi(self._get_api_settings()) as api:
            pages = list(api.pages(since))
        assert not any(page.faults for page in pages)
        return [level for page in pages for level in page.levels]


def fields():
    """The names of the fields that say how to speak to an API, by their label."""
    return {
        field._args__.get("string") or name.replace("_", " ").title(): name
        for name, field in vars(StockSyncApiMixin).items()
        if hasattr(field, "_args__") and not name.startswith("_")
    }


def default(name):
    return vars(StockSyncApiMixin)[name]._args__.get("default", False)


def choices(name):
    """The choices of a field: dict of label to value; empty for other fields."""
    selection = vars(StockSyncApiMixin)[name]._args__.get("selection", [])
    return {label: value for value, label in selection}


def presets():
    """dict of the name of each preset to its values."""
    found = {}
    for record in ElementTree.parse(PRESETS).iter("record"):
        values = {field.get("name"): field for field in record}
        found[values["name"].text] = ast.literal_eval(values["values"].get("eval"))
    return found
