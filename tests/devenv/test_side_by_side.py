import sys
import time

import pytest

from devenv import process, side_by_side
from devenv.side_by_side import Program, run


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LOGS", tmp_path)
    return tmp_path


def python(name, code):
    return Program(name, f"Run {name}", [sys.executable, "-c", code])


def meeting(folder, own, other):
    """A program that ends well only if the other one runs at the same time."""
    return python(
        own,
        "import pathlib, time\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        f"(folder / {own!r}).touch()\n"
        "end = time.monotonic() + 20\n"
        f"while not (folder / {other!r}).exists():\n"
        "    assert time.monotonic() < end\n"
        "    time.sleep(0.01)\n",
    )


def test_programs_run_at_the_same_time_each_with_its_log(tmp_path):
    pair = [meeting(tmp_path, "a", "b"), meeting(tmp_path, "b", "a")]
    ended = list(run(pair, at_once=2, environment={}))
    assert sorted((each.program.name, each.code) for each in ended) == [
        ("a", 0),
        ("b", 0),
    ]


def test_no_more_run_at_once_than_may_and_each_code_is_told():
    programs = [python(f"p{n}", f"import sys; sys.exit({n})") for n in range(3)]
    ended = list(run(programs, at_once=1, environment={}))
    assert [(each.program.name, each.code) for each in ended] == [
        ("p0", 0),
        ("p1", 1),
        ("p2", 2),
    ]


def test_the_environment_and_the_output_are_the_programs_own():
    program = python("told", "import os; print(os.environ['TOLD'])")
    list(run([program], at_once=1, environment={"TOLD": "yes"}))
    assert program.log.read_text() == "yes\n"


def test_who_stops_ends_what_still_runs(monkeypatch):
    started = []
    start = side_by_side._start

    def noting(*arguments):
        started.append(start(*arguments))
        return started[-1]

    monkeypatch.setattr(side_by_side, "_start", noting)
    programs = [python("quick", ""), python("slow", "import time; time.sleep(60)")]
    begin = time.monotonic()
    running = run(programs, at_once=2, environment={})
    next(running)
    running.close()
    assert time.monotonic() - begin < 30
    assert all(child.poll() is not None for child in started)
