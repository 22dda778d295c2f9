"""Debian packages, fetched and unpacked without installing them.

apt works in a folder of ours, so that neither root nor a change to the machine is
needed.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from . import fingerprint, process
from .console import Stop, step
from .paths import STATE

_STATE = STATE / "apt"
_KEYRINGS = Path("/usr/share/keyrings")


def mirrors(uris: str) -> list[str]:
    """Debian mirrors in what ``apt-get update --print-uris`` prints."""
    found = re.findall(r"^'(\S+/debian(?:/\S+?)?)/dists/", uris, re.MULTILINE)
    return list(dict.fromkeys(found))


def fetch(packages: list[str], what: str) -> Path:
    """Download packages of Debian's unstable suite and return their folder.

    :raise Stop: a tool or a mirror is missing, or a download failed
    """
    for tool, package in (("apt-get", "apt"), ("dpkg-deb", "dpkg"), ("tar", "tar")):
        process.require(tool, package, "or set ODOO_HOME to the folder of an Odoo 19")
    folder = _STATE / "packages"
    wanted = fingerprint.of(*packages)
    if fingerprint.read(folder / "complete") == wanted:
        return folder
    # Whatever an interrupted download left behind is fetched again.
    shutil.rmtree(_STATE, ignore_errors=True)
    for name in ("etc", "lists/partial", "cache/archives/partial", "packages"):
        (_STATE / name).mkdir(parents=True)
    (_STATE / "status").touch()
    (_STATE / "etc" / "sources.list").write_text(_source())
    with step("Reading Debian's list of packages"):
        process.run(
            ["apt-get", *_options(), "--error-on=any", "update"],
            what="Reading Debian's list of packages",
            log=process.log_file("apt-update"),
        )
    with step(f"Downloading {what}"):
        process.run(
            ["apt-get", *_options(), "download", *packages],
            what=f"Downloading {what}",
            log=process.log_file("apt-download"),
            directory=folder,
        )
    fingerprint.write(folder / "complete", wanted)
    return folder


def unpack(packages: Path, root: Path, *, without: Iterable[str] = ()) -> None:
    """Unpack every package of a folder into ``root``.

    :param without: patterns of files to leave out
    :raise Stop: a package is damaged, or the disk is full
    """
    excludes = [f"--exclude={pattern}" for pattern in without]
    for package in sorted(packages.glob("*.deb")):
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE
        ) as archive:
            process.run(
                ["tar", "--extract", "--no-same-owner", *excludes],
                what=f"Unpacking {package.name}",
                log=process.log_file("unpack"),
                directory=root,
                stdin=archive.stdout,
            )
        if archive.returncode:
            raise Stop(f"The package {package.name} is damaged: `make clean` it away.")


def forget() -> None:
    """Remove what was downloaded."""
    shutil.rmtree(_STATE, ignore_errors=True)


def _options() -> list[str]:
    values = {
        "Dir::Etc::sourcelist": _STATE / "etc" / "sources.list",
        "Dir::Etc::sourceparts": "-",
        # The machine's preferences may forbid packages of unstable.
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "Dir::State": _STATE,
        "Dir::State::lists": _STATE / "lists",
        "Dir::State::status": _STATE / "status",
        "Dir::Cache": _STATE / "cache",
        "Acquire::Languages": "none",
        # As root, apt downloads as a user who cannot write here, and warns.
        "APT::Sandbox::User": "root",
    }
    return [part for name in values for part in ("-o", f"{name}={values[name]}")]


def _source() -> str:
    # --print-uris reads the machine's sources and downloads nothing.
    found = subprocess.run(
        ["apt-get", "-o", f"Dir::State::lists={_STATE / 'lists'}", "update"]
        + ["--print-uris"],
        capture_output=True,
        text=True,
        check=False,
    )
    sites = mirrors(found.stdout)
    if not sites:
        raise Stop(
            "apt knows no Debian mirror on this machine: set ODOO_HOME to the folder "
            "of an Odoo 19."
        )
    keyring = next(
        (
            path
            for path in (
                _KEYRINGS / "debian-archive-keyring.gpg",
                _KEYRINGS / "debian-archive-keyring.pgp",
            )
            if path.is_file()
        ),
        None,
    )
    signed = f"[signed-by={keyring}] " if keyring else ""
    return f"deb {signed}{sites[0]} unstable main\n"
