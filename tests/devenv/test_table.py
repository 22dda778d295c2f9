from devenv.table import render


def test_numbers_are_to_the_right_without_useless_zeros():
    rows = [
        {"product": "Lamp", "before": 0.0, "outcome": "applied"},
        {"product": "Chair", "before": 12.5, "outcome": "unchanged"},
    ]
    assert render(rows).splitlines() == [
        "product  before  outcome",
        "-------  ------  ---------",
        "Lamp          0  applied",
        "Chair      12.5  unchanged",
    ]


def test_large_quantities_are_not_abbreviated():
    assert "12345678" in render([{"before": 12345678.0}])


def test_no_rows_no_table():
    assert render([]) == ""
