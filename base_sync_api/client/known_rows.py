"""Which rows a list has brought so far, in a few bytes each."""

import base64
from array import array
from hashlib import blake2b

#: slots of an empty table; a power of two
_FEWEST_SLOTS = 1 << 10


class KnownRows:
    """Tells a row that comes again, because it moved to a later page, from a new one.

    A row is known by all that it says, as 64 bits of a hash that means the same in
    another process. A ``set`` of Python's would take five times the memory.
    """

    def __init__(self, state: str = ""):
        """:param state: what ``dump`` gave"""
        #: in the order of their coming, so that a state ends with a page
        self._hashes = array("Q")
        self._slots = array("Q", bytes(8 * _FEWEST_SLOTS))
        saved = array("Q")
        saved.frombytes(base64.b64decode(state))
        for value in saved:
            self._add(value)

    def __len__(self):
        return len(self._hashes)

    def part(self, rows: list) -> tuple[list, list]:
        """The rows of a page that are new, and those that came on an earlier one.

        Two equal rows of one page are two: no row moves within an answer.
        """
        of_page: set[int] = set()
        new, again = [], []
        for row in rows:
            value = _hash(row)
            if self._add(value):
                of_page.add(value)
                new.append(row)
            elif value in of_page:
                new.append(row)
            else:
                again.append(row)
        return new, again

    def dump(self, count: int) -> str:
        """The first ``count`` rows, for JSON."""
        return base64.b64encode(self._hashes[:count].tobytes()).decode()

    def _add(self, value: int) -> bool:
        """:return: False where it was there"""
        slots = self._slots
        mask = len(slots) - 1
        slot = value & mask
        while found := slots[slot]:
            if found == value:
                return False
            slot = (slot + 1) & mask
        slots[slot] = value
        self._hashes.append(value)
        if len(self._hashes) * 2 > len(slots):
            self._grow()
        return True

    def _grow(self) -> None:
        hashes, self._hashes = self._hashes, array("Q")
        self._slots = array("Q", bytes(8 * 4 * len(self._slots)))
        for value in hashes:
            self._add(value)


def _hash(row: object) -> int:
    try:
        text = repr(row)
    except RecursionError:  # nested that deeply, it is no row
        text = "…"
    digest = blake2b(text.encode(errors="backslashreplace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1  # 0 is an empty slot
