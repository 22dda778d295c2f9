from collections.abc import Iterator
from typing import Any

from .external_id import is_usable_id
from .list_reader import ListReader
from .request import Value
from .settings import ApiSettings


class IdsReader:
    """Asks about several things at once."""

    def __init__(self, settings: ApiSettings, list_reader: ListReader):
        self._settings = settings
        self._list_reader = list_reader

    def can_ask(self, external_id: str) -> bool:
        """Whether the id can be told apart from the others in a request."""
        if not is_usable_id(external_id):
            return False
        separator = self._settings.ids_separator
        in_body = self._settings.method == "POST"
        return in_body or not separator or separator not in external_id

    def pages(self, external_ids: list[str]) -> Iterator[Any]:
        """The pages of the answer to one question.

        :raise ClientError: where the reading cannot go on
        """
        separator = self._settings.ids_separator
        value: Value = external_ids
        if separator and self._settings.method != "POST":
            value = separator.join(external_ids)
        return self._list_reader.pages([(self._settings.ids_param, value)])
