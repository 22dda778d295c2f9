from odoo import SUPERUSER_ID, api
from odoo.fields import Command

#: what presets said before and say no more, by their XML id
_FORMER_VALUES = {
    "preset_amazon": {"since_param": "startDateTime"},
    "preset_woocommerce": {
        "since_param": "modified_after",
        "quantity_path": "stock_quantity",
        "date_path": "date_modified_gmt",
        "filter_path": False,
    },
    "preset_square": {
        "success_path": False,
        "rows_path": "counts",
        "item_rows_path": "counts",
        "filter_path": "state == 'IN_STOCK'",
    },
    "preset_bigcommerce": {"filter_path": False},
    "preset_commercetools": {},
    "preset_ebay": {
        "quantity_path": "availability.shipToLocationAvailability.quantity"
    },
    "preset_adobe": {"quantity_path": "quantity && (status == `0` && '0' || quantity)"},
}


def migrate(cr, version):
    # Where a run was is written down in another way now: it begins again.
    cr.execute("UPDATE sync_run SET plan_state = NULL WHERE state = 'planning'")
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, former in _FORMER_VALUES.items():
        preset = env.ref(f"stock_sync_api.{name}", raise_if_not_found=False)
        if preset:
            _bring_up_to_date(env, preset, former)


def _bring_up_to_date(env, preset, former):
    """Give a preset's flows what it says now; what people have typed in stays."""
    now = env["sync.flow"]._values_of_preset(preset)
    flows = env["sync.flow"].with_context(active_test=False)
    for flow in flows.search([("preset_id", "=", preset.id)]):
        values = {
            fname: now[fname]
            for fname, value in former.items()
            if (flow[fname] or False) == value
        }
        # new, so that nobody can have decided it
        values["list_is_partial"] = now["list_is_partial"]
        commands = _new_parameters(flow, preset)
        if commands:
            values["parameter_ids"] = commands
        flow.write(values)


def _new_parameters(flow, preset):
    """The order of the list, where there is none yet."""
    names = flow.parameter_ids.mapped("name")
    return [
        Command.create(row)
        for row in preset.values.get("parameter_ids", [])
        if "sortOrders" in row["name"] and row["name"] not in names
    ]
