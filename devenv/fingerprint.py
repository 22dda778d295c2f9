"""Whether something that was prepared is still what is wanted."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def of(*parts: str | Path) -> str:
    """A short hash of texts and of the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:16]


def files_in(folder: Path, *, without: Iterable[str] = ()) -> list[Path]:
    """The files that make up a package, in a stable order."""
    skipped = {"__pycache__", *without}
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and skipped.isdisjoint(path.relative_to(folder).parts)
    )


def read(stamp: Path) -> str | None:
    """What was written with `write`, or None."""
    try:
        return stamp.read_text().strip()
    except OSError:
        return None


def write(stamp: Path, value: str) -> None:
    """Record in one step that what ``stamp`` stands for is complete."""
    temporary = stamp.with_name(f"{stamp.name}.part")
    temporary.write_text(f"{value}\n")
    temporary.replace(stamp)
