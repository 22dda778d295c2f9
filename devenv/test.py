"""``make test``: every test, or those that pytest's own arguments select."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from . import client_versions, databases, run_odoo, run_pytest
from .console import Stop, say
from .environment import prepared
from .lock import alone, preparing
from .odoo import Runtime
from .outcome import Outcome, tell
from .paths import TEST_ADDONS
from .selection import needs_browser, require_browser, split
from .suites import SUITES, THROUGH_PYTEST, suite_of


def test(arguments: Sequence[str]) -> int:
    """Run every test; with arguments, those that pytest selects by them.

    :raise Stop: something is missing or fails before the tests
    """
    selected = split(arguments)
    if needs_browser(selected):
        require_browser()
    with alone("test", "Another command runs the tests"), prepared() as found:
        runtime = replace(found, testing=True)
        if arguments:
            outcomes = list(_through_pytest(runtime, selected))
        else:
            outcomes = list(_everything(runtime))
    codes = {outcome.code for outcome in outcomes}
    if codes == {run_pytest.NO_TESTS}:
        raise Stop("No test was selected.", code=run_pytest.NO_TESTS)
    if len(outcomes) > 1:
        tell(outcomes)
    return max(codes - {run_pytest.NO_TESTS})


def _everything(runtime: Runtime) -> Iterator[Outcome]:
    yield from run_odoo.run_suites(runtime, SUITES)
    yield from _through_pytest(runtime, split([*THROUGH_PYTEST, "tests"]))
    for versions in client_versions.all_versions():
        folder = client_versions.prepare(versions)
        say(f"The client's tests with the {versions.stem} requests and urllib3")
        yield run_pytest.run(
            f"client-{versions.stem}",
            ["-p", "no:odoo", "-q", "tests/client"],
            {"PYTHONPATH": str(folder)},
        )


def _through_pytest(
    runtime: Runtime, selected: Mapping[str, Sequence[str]]
) -> Iterator[Outcome]:
    """Run what is selected, in each folder of :func:`split`."""
    for folder, arguments in selected.items():
        if folder == "tests":
            options = ["-p", "no:odoo", f"--ignore={TEST_ADDONS}"]
            environment = runtime.server.environment
        else:
            name = "stock_sync_pytest"
            suite = suite_of(folder)
            with preparing():
                template = databases.with_addons(runtime, suite.template, *suite.addons)
                databases.copy(runtime, template, name)
            options = [f"--odoo-database={name}", "--odoo-http"]
            environment = runtime.environment
        yield run_pytest.run(folder, [*options, *arguments], environment)
