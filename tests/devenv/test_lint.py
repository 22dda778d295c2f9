import pytest
from ruamel.yaml import YAML

from devenv.console import Stop
from devenv.lint import CHECKS, lint, xml_errors
from devenv.paths import PROJECT


def test_xml_that_is_not_well_formed_is_found(tmp_path):
    (tmp_path / "good.xml").write_text("<odoo/>")
    (tmp_path / "bad.xml").write_text("<odoo>")
    (error,) = xml_errors(tmp_path)
    assert "bad.xml" in error


def test_pre_commit_runs_the_checks_of_lint_and_no_others():
    file = PROJECT / ".pre-commit-config.yaml"
    [repository] = YAML(typ="safe").load(file)["repos"]
    assert repository["repo"] == "local"
    hooks = repository["hooks"]
    assert [hook["id"] for hook in hooks] == list(CHECKS)
    for hook in hooks:
        assert hook["entry"] == f"python3 -B -m devenv lint {hook['id']}"
        assert hook["pass_filenames"] is False


def test_a_check_that_does_not_exist_is_refused():
    with pytest.raises(Stop, match="No such check: nonsense; ruff-check, "):
        lint(["mypy", "nonsense"])
