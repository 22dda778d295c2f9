import pytest

from benchmarks.goals import Reached, Row, reached
from benchmarks.scenarios import FULL, QUICK, Goal, scenarios
from benchmarks.task import Measure


def measure(seconds=1.0, *, statements=0, peak_kib=0, conflicts=0):
    return Measure(
        seconds=seconds,
        cpu_seconds=seconds,
        statements=statements,
        calls=0,
        peak_kib=peak_kib,
        conflicts=conflicts,
    )


def row(contender, products, *measures):
    return Row("scenario", contender, products, measures)


def only(goal, *rows):
    [one] = reached("scenario", [goal], rows)
    return one


def test_a_loop_on_fewer_products_is_scaled():
    ours = row("ours", 100_000, measure(2.0))
    loop = row("loop", 1_000, measure(6.0))
    goal = Goal("× loop", "speed", "ours", "loop", at_least=350)
    assert only(goal, ours, loop).value == pytest.approx(300)
    goal = Goal("of loop", "cost", "ours", "loop", at_most=1)
    assert only(goal, ours, loop).value == pytest.approx(1 / 300)


def test_each_repetition_has_its_own_ratio_so_that_a_slow_machine_does_not_count():
    ours = row("ours", 10, measure(1.0), measure(2.0), measure(1.0))
    loop = row("loop", 10, measure(10.0), measure(20.0), measure(10.0))
    one = only(Goal("×", "speed", "ours", "loop", at_least=1), ours, loop)
    assert one.values == (10, 10, 10)


def test_the_median_decides_and_not_one_bad_repetition():
    one = Reached("s", Goal("×", "speed", "a", at_least=10), (11, 1, 12))
    assert one.value == 11
    assert one.is_met


@pytest.mark.parametrize(
    ("bounds", "value", "is_met", "margin"),
    [
        ({"at_least": 10}, 20, True, 2),
        ({"at_least": 10}, 5, False, 0.5),
        ({"at_most": 2.5}, 2.5, True, 1),
        ({"at_most": 2.5}, 5, False, 0.5),
        ({"at_most": 0}, 0, True, 1),
        ({"at_most": 0}, 1, False, 0),
    ],
)
def test_a_goal_is_a_least_or_a_most_and_says_by_how_much(
    bounds, value, is_met, margin
):
    one = Reached("s", Goal("what", "speed", "a", **bounds), (value,))
    assert one.is_met is is_met
    assert one.margin == pytest.approx(margin)


def test_statements_memory_and_conflicts_are_counted():
    large = row("large", 2_000, measure(statements=6, peak_kib=20_480, conflicts=1))
    small = row("small", 10, measure(peak_kib=10_240))
    assert only(Goal("", "sql_1000", "large"), large).value == 3
    assert only(Goal("", "sql_1", "large"), large).value == 0.003
    assert only(Goal("", "conflicts", "large"), large).value == 1
    assert only(Goal("", "memory", "large", "small"), large, small).value == 10


def test_spread_is_a_share_of_the_median():
    assert row("a", 1, measure(1.0), measure(2.0), measure(4.0)).spread() == 1.5


@pytest.mark.parametrize("scale", [FULL, QUICK], ids=lambda scale: scale.name)
def test_scenarios_fit_together(scale):
    names = set()
    for scenario in scenarios(scale):
        assert scenario.name not in names
        names.add(scenario.name)
        labels = {contender.label for contender in scenario.contenders}
        assert len(labels) == len(scenario.contenders)
        for goal in scenario.goals:
            assert goal.of in labels
            assert not goal.to or goal.to in labels
            assert (goal.at_least is None) != (goal.at_most is None)
        for contender in scenario.contenders:
            assert contender.told <= (contender.products or scenario.products)
            assert contender.products <= scale.large
            # Parts of the same size, one or more for each process.
            assert scenario.products % scenario.parts == 0
            assert contender.processes <= scenario.parts
