"""A fast wrong answer is no answer."""

from collections.abc import Mapping

from . import databases
from .task import Dataset


class WrongResult(Exception):
    """What is in Odoo is not what the API said."""


def verify(database: str, dataset: Dataset, targets: Mapping[int, float]) -> None:
    """Check what a contender has left behind.

    :param targets: the API's quantity of the products it was to look at
    :raise WrongResult: a quantity is wrong, a move too many or missing, or a run of the
        addon is not done
    """
    stock = {
        product_id: float(quantity)
        for product_id, quantity in databases.query(
            database,
            "SELECT product_id, SUM(quantity) FROM stock_quant"
            " WHERE location_id IN (SELECT id FROM stock_location"
            " WHERE usage = 'internal') GROUP BY product_id",
        )
    }
    for product_id, target in targets.items():
        if stock.get(product_id, 0.0) != target:
            raise WrongResult(
                f"Product {product_id}: Odoo has {stock.get(product_id, 0.0)},"
                f" the API says {target}."
            )
    [[moves]] = databases.query(
        database, "SELECT COUNT(*) FROM stock_move WHERE state = 'done'"
    )
    wanted = len(dataset.differing & targets.keys())
    if moves != wanted:
        raise WrongResult(f"{moves} moves were made instead of {wanted}.")
    for run_id, state in databases.query(
        database, "SELECT id, state FROM sync_run WHERE state != 'done'"
    ):
        raise WrongResult(f"Run {run_id} is {state}.")
