"""The mock API, which can hold back answers until a test has seen to something."""

from collections.abc import Callable
from typing import Any

from flask import request
from local_api import LocalApi


class HeldApi(LocalApi):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked: list[str] = []
        #: called with each id that is asked about, before it is answered
        self.before: Callable[[str], object] = str
        self.app.before_request(self._note)

    def _note(self) -> None:
        external_id = request.path.rsplit("/", 1)[1]
        self.asked.append(external_id)
        self.before(external_id)
