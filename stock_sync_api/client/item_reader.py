from typing import Any

from odoo.addons.base_sync_api.client import NotFound
from odoo.addons.base_sync_api.client.item_reader import ItemReader
from odoo.addons.base_sync_api.client.request import Request

from .errors import ProductNotFound
from .level import Level
from .mapping import Mapper
from .quantity import numbers_are_quantities


class LevelItemReader(ItemReader):
    """Asks about one product."""

    _mapper: Mapper

    def make_mapper(self) -> Mapper:
        settings = self._settings
        return Mapper(settings.mapping, settings.zone(), settings.codec)

    def request(self, external_id: str) -> Request:
        """:raise ProductNotFound: for an id that no path can carry"""
        try:
            return super().request(external_id)
        except NotFound as error:
            raise ProductNotFound(**error.facts) from error

    def ask(self, external_id: str) -> list[Level]:
        """What the API says about one product: a level, or one for each location.

        :raise ClientError: the one that tells what went wrong
        """
        try:
            return super().ask(external_id)
        except NotFound as error:
            raise ProductNotFound(**error.facts) from error

    def rows_of(self, document: Any, external_id: str) -> list[Level]:
        with numbers_are_quantities():
            return self._mapper.read_item(document, external_id)
