import pytest

from devenv import venv
from devenv.console import Stop


def test_a_python_without_venv_is_told_with_the_package_to_install(monkeypatch):
    monkeypatch.setattr(venv.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Stop, match="install the package python3-venv"):
        venv._create()


def test_every_direct_requirement_is_pinned():
    for file in venv.requirement_files():
        for line in file.read_text().splitlines():
            requirement = line.split("#")[0].strip()
            if requirement and not requirement.startswith("-r "):
                assert "==" in requirement, f"{file}: {requirement}"
