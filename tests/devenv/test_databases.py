from types import SimpleNamespace

import pytest

from devenv import databases
from devenv.console import Stop


@pytest.fixture
def runtime(tmp_path):
    """Make a runtime whose server gives one answer and notes what it is asked."""

    def runtime(answer):
        asked = []

        def query(sql, database=None):
            asked.append(sql)
            return answer

        return SimpleNamespace(
            server=SimpleNamespace(query=query),
            filestore=lambda name: tmp_path / name,
            asked=asked,
        )

    (tmp_path / "with_files").mkdir()
    return runtime


def found(folder, mark):
    return f"found {databases._MARK.format(folder=folder, mark=mark)}".strip()


def test_a_database_that_someone_else_made_is_never_touched(runtime):
    other = runtime("found made by hand")
    with pytest.raises(Stop, match="was not made by this command"):
        databases.copy(other, "template", "precious")
    assert not any("DROP" in sql for sql in other.asked)


def test_a_database_of_another_copy_of_the_project_is_never_touched(
    runtime, monkeypatch
):
    monkeypatch.setenv("PGHOST", "db.example.com")
    other = runtime(found("/elsewhere", "19.0"))
    with pytest.raises(Stop, match="belongs to /elsewhere"):
        databases.copy(other, "template", "precious")
    assert not any("DROP" in sql for sql in other.asked)


@pytest.mark.parametrize(
    ("answer", "mark"),
    [
        ("", None),
        (found(databases.PROJECT, ""), ""),
        (found(databases.PROJECT, "19.0 abc"), "19.0 abc"),
    ],
)
def test_a_mark_tells_whether_a_database_is_complete(runtime, answer, mark):
    assert databases._mark(runtime(answer), "with_files") == mark


def test_a_database_without_its_files_is_incomplete(runtime):
    answer = found(databases.PROJECT, "19.0 abc")
    assert databases._mark(runtime(answer), "without_files") == ""


def test_a_change_of_the_tests_alone_does_not_reinstall_the_addon(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(databases, "PROJECT", tmp_path)
    addon = tmp_path / databases.ADDON
    for folder in ("tests", "views"):
        (addon / folder).mkdir(parents=True)
    for name in databases.ADDONS:
        (tmp_path / name).mkdir(exist_ok=True)
    before = databases.addon_fingerprint()
    (addon / "tests" / "test_a.py").touch()
    assert databases.addon_fingerprint() == before
    (addon / "views" / "a.xml").touch()
    assert databases.addon_fingerprint() != before
