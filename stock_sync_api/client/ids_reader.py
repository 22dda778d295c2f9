from itertools import chain
from typing import Any

from odoo.addons.base_sync_api.client import ClientError, NotFound, NotInAnswer
from odoo.addons.base_sync_api.client.external_id import is_usable_id
from odoo.addons.base_sync_api.client.ids_reader import IdsReader

from .errors import ProductNotFound
from .gather import Gathered
from .level import Level

#: questions that may be answered by 404 before the address counts as wrong
_TRIES = 20


class LevelIdsReader(IdsReader):
    """Asks about several products at once."""

    def __init__(self, *args: Any):
        super().__init__(*args)
        #: whether the API has answered a question, so that its address is right
        self._has_answered = False
        #: whether it answers where it knows only some of the ids
        self._leaves_out = False
        #: how many more questions a wrong address is worth
        self._tries_left = _TRIES

    def ask(self, external_ids: list[str]) -> dict[str, list[Level] | ClientError]:
        """What the API says about each of the ids; of others it says nothing to us.

        :raise ClientError: where there is no answer, or only a part of it
        """
        wanted = [i for i in dict.fromkeys(external_ids) if self.can_ask(i)]
        found = self._ask(wanted) if wanted else {}
        return {
            external_id: found.get(external_id) or self._not_found(external_id)
            for external_id in external_ids
        }

    def _ask(self, external_ids: list[str]) -> dict[str, list[Level] | ClientError]:
        pages = self.pages(external_ids)
        try:
            first = next(pages)
        except NotFound as error:
            if error.is_page:
                raise  # a web server's own: there is no API at this address
            return self._ask_less(external_ids, error)
        gathered = Gathered(self._settings)
        for page in chain([first], pages):
            gathered.add(page)
        self._has_answered = True
        known = [external_id in gathered for external_id in external_ids]
        if any(known) and not all(known):
            self._leaves_out = True
        return {
            external_id: gathered.answer(external_id) for external_id in external_ids
        }

    def _ask_less(
        self, external_ids: list[str], error: NotFound
    ) -> dict[str, list[Level] | ClientError]:
        """After a 404: the API knows none of them; or not all, and has to be asked
        about fewer at a time; or the address is wrong.
        """
        self._tries_left -= 1
        is_futile = not self._has_answered and self._tries_left < 0
        if len(external_ids) == 1 or self._leaves_out or is_futile:
            if self._has_answered:
                return {}
            unknown = ProductNotFound(**{**error.facts, "reason": "none_known"})
            return dict.fromkeys(external_ids, unknown)
        middle = len(external_ids) // 2
        halves = external_ids[:middle], external_ids[middle:]
        return {**self._ask(halves[0]), **self._ask(halves[1])}

    def _not_found(self, external_id: str) -> ClientError:
        if self.can_ask(external_id):
            return NotInAnswer()
        if not is_usable_id(external_id):
            return ProductNotFound(reason="unaskable")
        separator = self._settings.ids_separator
        return ProductNotFound(reason="separator", separator=separator)
