from devenv import test_log

LINE = "2026-01-01 00:00:00,000 1 INFO db odoo.tests"
SUMMARY = f"{LINE}.result: 0 failed, 0 error(s) of 12 tests when loading database 'db'"
SKIP = f"{LINE}.tests: skipped TestTour.test_tour : Chrome executable not found "


def test_the_summary_is_odoos_own():
    assert test_log.summary(SUMMARY) == "0 failed, 0 error(s) of 12 tests"


def test_a_run_without_tests_is_a_problem():
    assert test_log.problems("", skips_allowed=True) == ["Odoo ran no test."]
    none = SUMMARY.replace("12", "0")
    assert test_log.problems(none, skips_allowed=True) == ["Odoo ran no test."]


def test_a_skip_is_a_problem_where_it_is_not_allowed():
    log = f"{SKIP}\n{SUMMARY}\n"
    assert test_log.problems(log, skips_allowed=True) == []
    (problem,) = test_log.problems(log, skips_allowed=False)
    assert "skipped TestTour.test_tour" in problem
