from typing import Any
from urllib.parse import quote

from .errors import InvalidResponse, NotFound, NotInAnswer
from .external_id import UNUSABLE
from .request import Request, with_query
from .rows import RowMapper
from .session import Session
from .settings import ApiSettings


class ItemReader:
    """Asks about one thing.

    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, settings: ApiSettings, session: Session):
        self._settings = settings
        self._session = session
        self._mapper = self.make_mapper()

    def make_mapper(self) -> RowMapper:
        """What finds the rows in an answer."""
        return RowMapper(self._settings.mapping, self._settings.codec)

    def request(self, external_id: str) -> Request:
        """:raise NotFound: for an id that no path can carry"""
        if external_id in ("", ".", "..") or UNUSABLE.search(external_id):
            # A path takes "." and ".." for folders, percent-encoded or not.
            raise NotFound(reason="unaskable")
        path = self._settings.item_path.replace(
            "{external_id}", quote(external_id, safe="")
        )
        # What is meant for the body of a list's POST is not for here.
        params = self._settings.params if self._settings.method == "GET" else ()
        return with_query(self._settings.base_url + path, params)

    def ask(self, external_id: str) -> list[Any]:
        """What :meth:`rows_of` makes of the answer about one thing.

        :raise ClientError: the one that tells what went wrong
        """
        answer = self._session.send(self.request(external_id))
        if answer.is_empty:
            raise NotInAnswer()
        try:
            return self.parse(answer.body, external_id, answer.header("Content-Type"))
        except InvalidResponse as error:
            self._session.explain(error, answer)
            raise

    def parse(self, body: bytes, external_id: str, content_type: str = "") -> list[Any]:
        """What :meth:`rows_of` makes of a body.

        :raise ClientError: where it says nothing usable
        """
        return self.rows_of(self._session.decode(body, content_type), external_id)

    def rows_of(self, document: Any, external_id: str) -> list[Any]:
        """The row, or rows, in the answer about one thing.

        :raise ClientError: where it says nothing usable
        """
        return self._mapper.item_rows(document)
