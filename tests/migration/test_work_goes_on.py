"""Runs of before the upgrade go on; the next ones find nothing to do."""

from local_api import LocalApi
from upgraded import Upgraded

_SYNCHRONISE = """
moves = env["stock.move"].search_count([])
env["stock.sync.service"]._cron_sync()
first = Flow.search([("name", "=", "First")])
begun = runs["begun"]
again = env["stock.sync.service"].sync_flow(first)
result = {
    "begun": [begun.state, begun.changed, begun.unchanged, begun.unmatched],
    "again": [again.state, again.changed, again.unchanged, again.unmatched],
    "moves": env["stock.move"].search_count([]) - moves,
    "reverted": runs["reverted"].revert_run_ids == runs["revert"],
    "held": [runs["held"].state, len(runs["held"]._waiting_lines())],
}
"""


def test_a_run_goes_on_and_the_next_moves_nothing(upgraded: Upgraded) -> None:
    assert upgraded.shell(_SYNCHRONISE) == {
        "begun": ["done", 0, 8, 1],
        "again": ["done", 0, 8, 1],
        "moves": 0,
        "reverted": True,
        "held": ["held", 4],
    }


_GO_ON = """
run = runs["waiting"]
run.resume_date = run.start_date
run.flow_id.next_attempt_date = False
env["stock.sync.service"]._cron_sync()
result = [run.state, run.changed]
"""


def test_a_run_that_waited_goes_on(
    upgraded: Upgraded, apis: dict[str, LocalApi]
) -> None:
    state, changed = upgraded.shell("result = [runs['waiting'].state, 0]")
    if upgraded.version == "19.0.3.0.0":  # earlier ones did not wait, but failed
        assert state == "planning"
        apis["waiting"].behave()
        state, changed = upgraded.shell(_GO_ON)
        assert (state, changed) == ("done", 1)
    assert state in ("done", "failed")


_APPROVE = """
run = runs["held"].with_user(env["res.users"].search([("login", "=", "marie")]))
run.action_approve()
env["stock.sync.service"]._cron_sync()
result = [run.state, run.changed, len(run.flow_id.activity_ids)]
"""


def test_a_held_run_can_be_approved(upgraded: Upgraded) -> None:
    assert upgraded.shell(_APPROVE) == ["done", 4, 0]
