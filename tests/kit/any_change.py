"""Backends whose every run may change everything, by the scheduled action alone."""

from typing import Any

from bound_products import bind
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo

MODES: dict[str, dict[str, Any]] = {
    "list": {"list_path": "/stock", "page_size": 15},
    "item": {"list_path": "", "concurrency": 8},
}
_NO_GUARD = {
    "guard_zero_percent": 100,
    "guard_change_percent": 100,
    "guard_factor": 1000000,
    "guard_difference": 1e9,
}


def set_up(
    odoo: ScheduledOdoo, api: LocalApi, mode: str, backends: int = 1
) -> list[int]:
    """Bind the API's products; all to the stock of the one warehouse.

    :param backends: among which they are dealt out
    :return: the backends' ids
    """
    external_ids = [*api.stock()]
    shares = [external_ids[number::backends] for number in range(backends)]
    made = bind(odoo, api, shares, **MODES[mode], **_NO_GUARD)
    odoo.leave_only_ours()
    assert [asks for _id, asks in made] == [mode] * backends
    return [id_ for id_, _asks in made]
