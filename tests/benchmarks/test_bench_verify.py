import pytest

from benchmarks import verify
from benchmarks.task import Dataset

DATASET = Dataset(
    backend_ids=(1,),
    location_id=8,
    user_id=2,
    targets={11: 50.0, 12: 0.0, 13: 7.0},
    differing=frozenset({11}),
)


@pytest.fixture
def database(monkeypatch):
    """Answer the questions about the database with what it should have."""
    answers = {"stock_quant": [(11, 50), (13, 7)], "stock_move": [(1,)], "run": []}

    def query(_database, sql):
        return next(rows for table, rows in answers.items() if table in sql)

    monkeypatch.setattr(verify.databases, "query", query)
    return answers


def test_a_right_result_passes(database):
    verify.verify("db", DATASET, DATASET.targets)


def test_a_wrong_quantity_is_an_error(database):
    database["stock_quant"] = [(11, 51), (13, 7)]
    with pytest.raises(verify.WrongResult, match="Odoo has 51.0, the API says 50.0"):
        verify.verify("db", DATASET, DATASET.targets)


def test_a_product_without_stock_is_an_error_unless_the_api_says_zero(database):
    database["stock_quant"] = [(11, 50)]
    with pytest.raises(verify.WrongResult, match="Product 13"):
        verify.verify("db", DATASET, DATASET.targets)


def test_only_the_products_of_the_task_count(database):
    database["stock_quant"] = [(11, 50)]
    verify.verify("db", DATASET, {11: 50.0})


def test_a_move_too_many_is_an_error(database):
    database["stock_move"] = [(2,)]
    with pytest.raises(verify.WrongResult, match="2 moves"):
        verify.verify("db", DATASET, DATASET.targets)


def test_a_run_that_is_not_done_is_an_error(database):
    database["run"] = [(5, "held")]
    with pytest.raises(verify.WrongResult, match="Run 5 is held"):
        verify.verify("db", DATASET, DATASET.targets)
