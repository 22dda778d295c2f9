"""The addon as a wheel, in an Odoo that has nothing else of this repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from odoo_database import ADDON, ROOT, NewDatabase

SOURCE = ROOT / ADDON
_NOT_PACKED = {"pyproject.toml"}


def _pip(*arguments: str | Path, cwd: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        cwd=cwd,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: beside a git history, whool adds to the version."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / ADDON
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    built = folder / "built"
    _pip(
        *("wheel", "--no-index", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", built, copy),
        cwd=folder,
    )
    [path] = built.iterdir()
    return path


def test_wheel_has_the_name_and_version_of_the_addon(wheel: Path) -> None:
    assert wheel.name == "odoo_addon_stock_sync_api-19.0.1.0.0-py3-none-any.whl"


def test_wheel_has_every_file_and_no_other(wheel: Path) -> None:
    wanted = {
        f"odoo/addons/{ADDON}/{path.relative_to(SOURCE).as_posix()}"
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if path.relative_to(SOURCE).as_posix() not in _NOT_PACKED
    }
    packed = {
        name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name
    }
    assert packed == wanted
    assert f"odoo/addons/{ADDON}/static/description/icon.png" in packed


def test_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
    metadata = archive.read(name).decode()
    assert "Requires-Dist: odoo==19.0.*" in metadata
    assert "License: LGPL-3" in metadata
    assert "Table of contents" in metadata  # README.rst is the description


def test_odoo_installs_the_addon_from_the_wheel(
    wheel: Path, tmp_path: Path, new_database: NewDatabase
) -> None:
    packages = tmp_path / "packages"
    _pip(
        "install", "--no-index", "--no-deps", "--target", packages, wheel, cwd=tmp_path
    )
    database = new_database(addons=(), packages=packages)
    assert database.install() == []
    path, icon = database.shell(
        "from odoo.modules import get_module_path\n"
        f"module = env.ref('base.module_{ADDON}')\n"
        f"result = [get_module_path({ADDON!r}), module.icon]"
    )
    assert Path(path).is_relative_to(packages)
    assert icon == f"/{ADDON}/static/description/icon.png"
