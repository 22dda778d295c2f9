import re

import pytest

from devenv.paths import ADDONS, EXAMPLE_ADDON, PROJECT, folder_of
from devenv.selection import needs_browser, split
from devenv.suites import SUITES, THROUGH_PYTEST, Suite

TESTED = [*ADDONS, EXAMPLE_ADDON]


def test_a_suite_leaves_out_what_its_database_is_too_small_for():
    assert Suite("template_a", "some_addon").tags == "/some_addon"
    small = Suite("template_a", "some_addon", without="large")
    assert small.tags == "/some_addon,-large"
    assert small.database == "some_addon_test_a"


def test_a_suite_installs_what_its_addon_is_tested_with():
    assert Suite("template_a", "some_addon").addons == ["some_addon"]
    pair = Suite("template_a", "some_addon", beside="other_addon")
    assert pair.addons == ["other_addon", "some_addon"]
    assert pair.tags == "/some_addon"


def test_each_addon_has_a_suite_and_each_suite_a_database():
    assert {suite.addon for suite in SUITES} == set(TESTED)
    assert len({suite.database for suite in SUITES}) == len(SUITES)


@pytest.mark.parametrize("addon", TESTED)
def test_each_test_runs_in_some_suite_of_its_addon(addon):
    left_out = [suite.without for suite in SUITES if suite.addon == addon]
    assert "" in left_out


@pytest.mark.parametrize("addon", TESTED)
def test_no_file_with_tests_is_left_out_by_odoo(addon):
    folder = folder_of(addon) / "tests"
    imported = re.findall(
        r"^ *from \. import (test_\w+)$", (folder / "__init__.py").read_text(), re.M
    )
    assert sorted(imported) == sorted(path.stem for path in folder.glob("test_*.py"))


def test_some_tests_of_addons_run_through_pytest_too_and_one_has_a_browser():
    assert all((PROJECT / path).is_file() for path in THROUGH_PYTEST)
    assert needs_browser(split(THROUGH_PYTEST))
