from collections.abc import Iterator

from .errors import ClientError, ProductNotFound
from .gather import Gathered
from .level import Level
from .list_reader import ListReader, Page
from .mapping import is_usable_id
from .request import Value
from .settings import ApiSettings


class IdsReader:
    """Asks about several products at once."""

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

    def ask(self, external_ids: list[str]) -> dict[str, list[Level] | ClientError]:
        """What the API says about each of the ids; of others it says nothing to us.

        :raise ClientError: where there is no answer, or only a part of it
        """
        wanted = [i for i in dict.fromkeys(external_ids) if self.can_ask(i)]
        gathered = Gathered(self._settings)
        for page in self.pages(wanted) if wanted else ():
            gathered.add(page)
        return {
            external_id: gathered.answer(external_id)
            if self.can_ask(external_id)
            else ProductNotFound()
            for external_id in external_ids
        }

    def pages(self, external_ids: list[str]) -> Iterator[Page]:
        """The pages of the answer to one question.

        :raise ClientError: where the reading cannot go on
        """
        separator = self._settings.ids_separator
        value: Value = external_ids
        if separator and self._settings.method != "POST":
            value = separator.join(external_ids)
        return self._list_reader.pages([(self._settings.ids_param, value)])
