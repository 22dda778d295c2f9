"""The arrows between the addons' files point down."""

import rooms


def _named(paths: set) -> list[str]:
    return sorted(str(path.relative_to(rooms.ROOT)) for path in paths)


def test_no_file_calls_or_imports_one_that_leads_back_to_it():
    assert [_named(circle) for circle in rooms.circles(rooms.arrows())] == []


def test_the_base_leans_on_no_other_addon():
    upward = {
        path: _named(targets)
        for path, targets in rooms.arrows().items()
        if rooms.ROOT / "base_sync_api" in path.parents
        and any(rooms.ROOT / "base_sync_api" not in t.parents for t in targets)
    }
    assert upward == {}


def test_a_circle_would_be_found():
    a, b, c = (rooms.ROOT / name for name in "abc")
    assert rooms.circles({a: {b}, b: {c}, c: {a}}) == [{a, b, c}]
    assert rooms.circles({a: {b}, b: {c}, c: set()}) == []
