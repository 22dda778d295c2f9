from urllib.parse import quote

from . import strict_json
from .errors import InvalidResponse, NotFound, NotInAnswer, ProductNotFound
from .level import Level
from .mapping import UNUSABLE, Mapper
from .request import Request, with_query
from .session import Session
from .settings import ApiSettings


class ItemReader:
    """Asks about one product.

    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, settings: ApiSettings, session: Session):
        self._settings = settings
        self._session = session
        self._mapper = Mapper(settings.mapping, settings.zone())

    def request(self, external_id: str) -> Request:
        """:raise ProductNotFound: for an id that no path can carry"""
        if external_id in ("", ".", "..") or UNUSABLE.search(external_id):
            # A path takes "." and ".." for folders, percent-encoded or not.
            raise ProductNotFound(reason="unaskable")
        path = self._settings.item_path.replace(
            "{external_id}", quote(external_id, safe="")
        )
        # What is meant for the body of a list's POST is not for here.
        params = self._settings.params if self._settings.method == "GET" else ()
        return with_query(self._settings.base_url + path, params)

    def ask(self, external_id: str) -> list[Level]:
        """What the API says about one product: a level, or one for each location.

        :raise ClientError: the one that tells what went wrong
        """
        try:
            answer = self._session.send(self.request(external_id))
        except NotFound as error:
            raise ProductNotFound(**error.facts) from error
        if answer.is_empty:
            raise NotInAnswer()
        try:
            return self.parse(answer.body, external_id)
        except InvalidResponse as error:
            self._session.explain(error, answer)
            raise

    def parse(self, body: bytes, external_id: str) -> list[Level]:
        """:raise ClientError: where the body says nothing usable"""
        return self._mapper.read_item(strict_json.loads(body), external_id)
