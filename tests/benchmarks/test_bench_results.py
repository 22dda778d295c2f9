import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from benchmarks import cli, plot, report
from benchmarks.goals import Reached, Row
from benchmarks.results import Results, load, save
from benchmarks.scenarios import Goal
from benchmarks.task import Measure


def results(seconds=2.0):
    measure = Measure(
        seconds=seconds,
        cpu_seconds=1.0,
        statements=100,
        calls=7,
        peak_kib=102_400,
        conflicts=0,
    )
    return Results(
        scale="full",
        machine={"cores": "2"},
        titles={"some": "some <work>"},
        rows=[
            Row("some", "addon", 1_000, (measure, replace(measure, seconds=seconds))),
            Row("some", "loop & co", 10, (measure, measure)),
        ],
        reached=[
            Reached(
                "some",
                Goal("× loop", "speed", "addon", "loop & co", at_least=350),
                (seconds * 200, seconds * 250),
            )
        ],
    )


def test_what_is_saved_can_be_loaded(tmp_path):
    save(results(), tmp_path / "new" / "file.json")
    assert load(tmp_path / "new" / "file.json") == results()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rows": 1}'])
def test_another_file_is_refused_with_its_name(tmp_path, content, capsys):
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(ValueError, match="no file of results"):
        load(file)
    assert cli.main(["compare", str(file), str(file)]) == 2
    assert "other.json" in capsys.readouterr().err


def test_the_table_has_medians_per_product():
    first = report.measures(results())[0]
    assert first["products/s"] == "500"
    assert first["SQL/product"] == "0.1"
    assert first["peak MiB"] == "100"


def test_goals_show_what_was_reached_and_by_how_much():
    [goal] = report.goals(results())
    assert goal["goal"] == "≥ 350"
    assert goal["reached"] == "450"
    assert goal[""] == "✓ 1.29 ×"
    [missed] = report.goals(results(seconds=1.0))
    assert missed[""] == "✗ 0.64 ×"


def test_small_sizes_are_not_judged_by_the_goals_of_the_large_ones():
    [measured] = report.goals(replace(results(seconds=1.0), scale="quick"))
    assert measured["reached"] == "225"
    assert not {"goal", ""} & measured.keys()


def test_small_sizes_are_not_put_into_the_docs(capsys):
    assert cli.main(["run", "--quick", "--write-docs"]) == 2
    assert "full sizes" in capsys.readouterr().err


def test_comparison_shows_goals_and_speeds_of_both():
    table = report.comparison(results(seconds=2.0), results(seconds=1.0))
    assert [(row["figure"], row["before"], row["after"]) for row in table] == [
        ("× loop", "450", "225"),
        ("addon, products/s", "500", "1,000"),
        ("loop & co, products/s", "5", "10"),
    ]
    assert [row["change"] for row in table] == ["-50%", "+100%", "+100%"]


def test_comparison_leaves_out_what_only_one_of_them_has():
    assert report.comparison(replace(results(), rows=[], reached=[]), results()) == []


def test_compare_shows_two_files(tmp_path, capsys):
    for name, seconds in (("a", 2.0), ("b", 1.0)):
        save(results(seconds), tmp_path / name)
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "-50%" in capsys.readouterr().out


def test_markdown_has_texts_to_the_left_and_numbers_to_the_right():
    assert report.markdown([{"work": "some", "seconds": "2"}]).splitlines() == [
        "| work | seconds |",
        "| --- | ---: |",
        "| some | 2 |",
    ]


def test_the_plot_is_an_xml_with_a_bar_per_row():
    picture = ElementTree.fromstring(plot.draw(results()))
    texts = [element.text for element in picture.iter() if element.text]
    assert "loop & co" in texts
    assert "some <work>" in texts
    bars = [e for e in picture.iter("{http://www.w3.org/2000/svg}rect") if e.get("x")]
    assert len(bars) == 2
    # 500 and 5 products a second, on a scale from 1 to 1,000
    assert float(bars[0].get("width")) > 3 * float(bars[1].get("width"))
