"""Other versions of what the addon's client stands on, for its tests."""

from pathlib import Path

from . import fingerprint, process, venv
from .console import step
from .paths import PROJECT, STATE


def all_versions() -> list[Path]:
    """The files that name them."""
    return sorted((PROJECT / "tests" / "client" / "versions").glob("*.txt"))


def prepare(versions: Path) -> Path:
    """Install the packages of a file and return the folder that they are in.

    First in ``PYTHONPATH``, they hide those of the virtual environment.

    :raise Stop: a package cannot be installed
    """
    folder = STATE / "clients" / versions.stem
    stamp = folder / "complete"
    wanted = f"{fingerprint.of(str(venv.PYTHON))} {fingerprint.of(versions)}"
    if fingerprint.read(stamp) == wanted:
        return folder
    stamp.unlink(missing_ok=True)
    with step(f"Installing the {versions.stem} requests and urllib3"):
        process.run(
            [
                *(venv.PYTHON, "-m", "pip", "install", "--no-input", "--upgrade"),
                *("--target", folder, "--requirement", versions),
            ],
            what="The installation of other versions",
            log=process.log_file(f"pip-{versions.stem}"),
            environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
    fingerprint.write(stamp, wanted)
    return folder
