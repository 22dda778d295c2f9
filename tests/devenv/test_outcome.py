from devenv.outcome import Outcome, tell, total
from devenv.run_pytest import _counts

FINE = Outcome("fine", 0, passed=7, failed=0, skipped=1, seconds=1.6)
WORSE = Outcome("worse", 1, passed=5, failed=2, skipped=0, seconds=70.0)

REPORT = """<testsuites><testsuite skipped="2">
<testcase name="a"/>
<testcase name="b"><failure/></testcase>
<testcase name="c"><error/></testcase>
<testcase name="d"><skipped/></testcase>
</testsuite></testsuites>"""


def test_the_last_line_is_the_total(capsys):
    tell([FINE, WORSE])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "In all: 2 failed, 12 passed, 1 skipped"
    [fine] = [line for line in lines if line.startswith("fine")]
    assert fine.split() == ["fine", "7", "0", "1", "2"]
    [worse] = [line for line in lines if line.startswith("worse")]
    assert worse.split() == ["worse", "5", "2", "0", "70", "failed"]


def test_nothing_is_no_success():
    assert total([]) == "In all: no test ran"


def test_pytest_tells_how_many_passed_failed_and_were_skipped(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert _counts(report) == (1, 2, 2)


def test_without_a_report_no_test_ran(tmp_path):
    assert _counts(tmp_path / "missing.xml") == (0, 0, 0)
