"""How long a whole list of products may take."""

from unittest.mock import patch

from odoo.addons.stock_sync_api.client import Level, StockApi, StockApiSettings
from odoo.addons.stock_sync_api.client.item_reader import LevelItemReader


def api(concurrency):
    return StockApi(StockApiSettings("http://127.0.0.1:9", concurrency=concurrency))


def test_products_that_there_is_no_time_for_are_left_out_from_the_end():
    for concurrency in (1, 4):
        with api(concurrency) as client, patch.object(LevelItemReader, "ask", Level):
            assert list(client.get_levels(map(str, range(50)), seconds=-1)) == []


def test_all_products_are_asked_about_while_there_is_time():
    for concurrency in (1, 4):
        with (
            api(concurrency) as client,
            patch.object(LevelItemReader, "ask", lambda _self, i: [Level(i, None)]),
        ):
            answers = list(client.get_levels(map(str, range(50)), seconds=60))
        assert [external_id for external_id, _ in answers] == [
            str(number) for number in range(50)
        ]
