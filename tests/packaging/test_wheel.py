"""The addon as a wheel, in an Odoo that has nothing else of this repository."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from new_database import NewDatabase

from devenv.paths import ADDON, ADDONS, BASE_ADDON, PROJECT, QUEUE_ADDON

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


each_addon = pytest.mark.parametrize("addon", ADDONS)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {addon: _build(addon, tmp_path_factory.mktemp(addon)) for addon in ADDONS}


def _build(addon: str, folder: Path) -> Path:
    """Build a wheel from a copy: beside a git history, whool adds to the version."""
    copy = folder / addon
    shutil.copytree(PROJECT / addon, copy, ignore=shutil.ignore_patterns("__pycache__"))
    built = folder / "built"
    _pip(
        *("wheel", "--no-index", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", built, copy),
        cwd=folder,
    )
    [path] = built.iterdir()
    return path


@each_addon
def test_wheel_has_the_name_and_version_of_the_addon(
    wheels: dict[str, Path], addon: str
) -> None:
    manifest = ast.literal_eval((PROJECT / addon / "__manifest__.py").read_text())
    name = f"odoo_addon_{addon}-{manifest['version']}-py3-none-any.whl"
    assert wheels[addon].name == name


@each_addon
def test_wheel_has_every_file_and_no_other(wheels: dict[str, Path], addon: str) -> None:
    source = PROJECT / addon
    wanted = {
        f"odoo/addons/{addon}/{path.relative_to(source).as_posix()}"
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if path.relative_to(source).as_posix() not in _NOT_PACKED
    }
    names = zipfile.ZipFile(wheels[addon]).namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == wanted
    assert f"odoo/addons/{addon}/static/description/icon.png" in packed


@pytest.mark.parametrize(
    ("addon", "requirement"),
    [
        (BASE_ADDON, "odoo==19.0.*"),
        (ADDON, "odoo-addon-base_sync_api==19.0.*"),
        (QUEUE_ADDON, "odoo-addon-queue_job==19.0.*"),
    ],
)
def test_wheel_says_what_it_is(
    wheels: dict[str, Path], addon: str, requirement: str
) -> None:
    archive = zipfile.ZipFile(wheels[addon])
    [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
    metadata = archive.read(name).decode()
    assert f"Requires-Dist: {requirement}" in metadata
    assert "License: LGPL-3" in metadata
    assert "Table of contents" in metadata  # README.rst is the description


def test_odoo_installs_the_addon_from_the_wheel(
    wheels: dict[str, Path], tmp_path: Path, new_database: NewDatabase
) -> None:
    packages = tmp_path / "packages"
    _pip(
        *("install", "--no-index", "--no-deps", "--target", packages),
        *(wheels[BASE_ADDON], wheels[ADDON]),
        cwd=tmp_path,
    )
    database = new_database(addons=None, packages=packages)
    assert database.install(ADDON) == []
    path, icon = database.shell(
        "from odoo.modules import get_module_path\n"
        f"module = env.ref('base.module_{ADDON}')\n"
        f"result = [get_module_path({ADDON!r}), module.icon]"
    )
    assert Path(path).is_relative_to(packages)
    assert icon == f"/{ADDON}/static/description/icon.png"
