"""APIs that nobody has heard of, spoken to through the backend's fields alone."""

import pytest
from flask import Flask, jsonify, request

from mock_api.server import Server


@pytest.fixture
def serve_with():
    """Start a server whose only page answers with what a function gives."""
    servers = []

    def start(answer):
        app = Flask(__name__)
        app.add_url_rule("/stock", view_func=lambda: jsonify(answer()))
        servers.append(Server(app).__enter__())
        return servers[-1].url

    yield start
    for server in servers:
        server.close()


def test_quantities_in_a_map_by_id_with_a_status_inside(shop, serve_with):
    answer = {"status": "ok", "stock": {"A-1": 5, "A 2/é": "7.5", "A-3": 0}}
    shop.connect(
        serve_with(lambda: answer),
        item_path=False,
        list_path="/stock",
        paging="none",
        success_path="status == 'ok'",
        rows_path="items(stock)",
        external_id_path="[0]",
        quantity_path="[1]",
        date_path=False,
        pages_path=False,
        total_path=False,
    )
    shop.bind(answer["stock"])

    assert shop.sync().state == "done"
    stock = {"A-1": 5.0, "A 2/é": 7.5, "A-3": 0.0}
    assert shop.stock() == stock

    answer["stock"]["A-1"] = 6
    assert shop.sync_chosen(["A-1"]).state == "done"
    assert shop.stock() == {**stock, "A-1": 6.0}

    # The warehouse is asleep: what it says is no stock, whatever it looks like.
    answer["status"] = "maintenance"
    answer["stock"] = dict.fromkeys(answer["stock"], 0)
    run = shop.sync()
    assert (run.state, run.error_code) == ("failed", "invalid_response")
    assert shop.stock() == {**stock, "A-1": 6.0}


def test_locations_two_levels_deep_and_a_version_as_cursor(shop, serve_with):
    revisions = {"X": 1, "Y": 2, "Z": 3, "W": 4}
    quantities = {
        name: {"paris": [number, 10 * number], "lyon": [100 * number]}
        for name, number in revisions.items()
    }
    asked = []

    def answer():
        after, limit = int(request.args.get("after", 0)), int(request.args["limit"])
        asked.append(after)
        names = sorted(revisions, key=revisions.get)
        later = [name for name in names if revisions[name] > after]
        return {
            "changes": [
                {
                    "article": {"code": name},
                    "rev": revisions[name],
                    "regions": [
                        {
                            "name": region,
                            "shelves": [
                                {"nr": nr, "pieces": pieces}
                                for nr, pieces in enumerate(shelves)
                            ],
                        }
                        for region, shelves in quantities[name].items()
                    ],
                }
                for name in later[:limit]
            ]
        }

    rooms = {code: shop.add_location(code) for code in ("paris/0", "paris/1", "lyon/0")}
    shop.connect(
        serve_with(answer),
        item_path=False,
        list_path="/stock",
        rows_path="changes",
        external_id_path="article.code",
        levels_path="children(regions, 'shelves')",
        location_path="join('/', [parent.name, nr])",
        quantity_path="pieces",
        date_path=False,
        paging="version",
        page_param="after",
        page_size_param="limit",
        page_size=3,
        next_path="rev",
        pages_path=False,
        total_path=False,
        location_map_ids=[
            (0, 0, {"code": code, "location_id": room.id})
            for code, room in rooms.items()
        ],
    )
    shop.bind(revisions)

    def is_equal():
        return all(
            shop.stock(rooms[f"{region}/{nr}"])[name] == pieces
            for name, regions in quantities.items()
            for region, shelves in regions.items()
            for nr, pieces in enumerate(shelves)
        )

    assert shop.sync().state == "done"
    assert is_equal()
    assert asked == [0, 3, 4]

    revisions["Y"], quantities["Y"]["paris"] = 5, [8, 0]
    asked.clear()
    run = shop.scheduled_sync()

    assert (run.state, run.delta, run.version) == ("done", True, "5")
    assert is_equal()
    assert asked == [4, 5]
