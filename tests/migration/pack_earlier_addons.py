"""Pack the addons of earlier versions; run it to have the archive anew.

The tests install them: a database that they have made is upgraded by the present ones.
A clone need not have the history.
"""

import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

ARCHIVE = Path(__file__).with_name("earlier_addons.tar.xz")

#: the last commit of each version
VERSIONS = {
    "19.0.1.0.0": "ee22f61",
    "19.0.2.0.0": "01eadb1",
    "19.0.3.0.0": "ecbf641",
}
_ADDONS = ("stock_sync_api", "stock_sync_api_queue")
#: what an installed addon does without
_LEFT_OUT = {"description", "pyproject.toml", "readme", "README.rst", "tests"}


def _addons(commit: str) -> tarfile.TarFile:
    there = _git("ls-tree", "--name-only", commit, *_ADDONS).decode().split()
    return tarfile.open(fileobj=io.BytesIO(_git("archive", commit, *there)))


def _git(*arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


def pack() -> None:
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for version, commit in VERSIONS.items():
            source = _addons(commit)
            for member in sorted(source.getmembers(), key=lambda member: member.name):
                path = PurePosixPath(member.name)
                if (
                    member.isfile()
                    and not _LEFT_OUT.intersection(path.parts)
                    and path.suffix != ".pot"
                ):
                    member.name = f"{version}/{path}"
                    archive.addfile(member, source.extractfile(member))


if __name__ == "__main__":
    pack()
