"""The people at work, as their processes tell of them."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock, Thread
from typing import Any

from children import child, log_of
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo

SCRIPT = "people.py"
#: external ids of which each process types in counts
COUNTED = [["1", "2", "3", "4"], ["5", "6", "7", "8"]]


class Crowd:
    """When something has left or entered the warehouse, the API's system knows."""

    def __init__(self, api: LocalApi) -> None:
        self._api = api
        self._lock = Lock()
        self._readers: list[Thread] = []
        #: requests, by who made them and how often Odoo had to try
        self.requests: Counter[tuple[str, int]] = Counter()
        #: kinds of notifications
        self.answers: Counter[str] = Counter()
        #: what went in and out, by external id
        self.moved: Counter[str] = Counter()
        #: what was typed in and not applied, by external id
        self.counts: dict[str, float] = {}
        #: what people saw and should not have seen
        self.errors: list[str] = []

    def begin(self, processes: list["subprocess.Popen[str]"]) -> None:
        for process in processes:
            assert json.loads(process.stdout.readline()) == {"ready": True}
        for process in processes:
            self._readers.append(Thread(target=self._read, args=(process,)))
            self._readers[-1].start()
            print(file=process.stdin, flush=True)

    def is_at_work(self) -> bool:
        return any(reader.is_alive() for reader in self._readers)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        for line in process.stdout:
            with self._lock:
                self._note(json.loads(line))
        if process.wait():
            self.errors.append(f"{SCRIPT} ended with {process.returncode}")

    def _note(self, event: dict[str, Any]) -> None:
        match event:
            case {"did": who, "tries": tries}:
                self.requests[who, tries] += 1
            case {"moved": quantity, "product": external_id}:
                self._api.add(external_id, quantity)
                self.moved[external_id] += quantity
            case {"answer": kind, "message": message}:
                self.answers[kind] += 1
                if "unexpected" in message:
                    self.errors.append(message)
            case {"typed": count, "product": external_id}:
                self.counts[external_id] = count
            case {"applied": external_id}:
                del self.counts[external_id]
            case {"error": error}:
                self.errors.append(error)
            case _:
                raise ValueError(event)


@contextmanager
def crowd(
    odoo: ScheduledOdoo, api: LocalApi, seed: float, seconds: int
) -> Iterator[Crowd]:
    """People in several processes, for some seconds."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                child(
                    *(odoo, SCRIPT, f"{seed}-{number}", seconds, *counted),
                    log=log_of(odoo, SCRIPT, number),
                )
            )
            for number, counted in enumerate(COUNTED)
        ]
        people = Crowd(api)
        people.begin(processes)
        yield people
