import pytest

from benchmarks import docs
from benchmarks.results import Results


@pytest.fixture
def page(tmp_path, monkeypatch):
    page = tmp_path / "performance.md"
    monkeypatch.setattr(docs.plot, "draw", lambda results: "<svg/>")
    return page


def write(page):
    results = Results("full", {"cores": "2"}, {}, [], [])
    docs.write(results, page, page.with_name("picture.svg"))


def test_only_what_is_between_the_marks_is_replaced(page):
    page.write_text(f"above\n{docs.BEGIN}\nold\n{docs.END}\nbelow\n")
    write(page)
    write(page)
    text = page.read_text()
    assert text.startswith(f"above\n{docs.BEGIN}\n")
    assert text.endswith(f"{docs.END}\nbelow\n")
    assert "old" not in text
    assert text.count("cores 2") == 1
    assert page.with_name("picture.svg").read_text() == "<svg/>"


def test_a_page_without_marks_is_left_alone(page):
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match="does not say where"):
        write(page)
    assert page.read_text() == "nothing\n"


def test_the_page_of_the_project_has_the_marks():
    text = docs.PAGE.read_text()
    assert text.index(docs.BEGIN) < text.index(docs.END)
