"""The addon for OCA's job queue has another name, since it queues any flow."""

from odoo.exceptions import UserError
from odoo.modules import Manifest

_OLD = "stock_sync_api_queue"
_NEW = "base_sync_api_queue"
#: its records whose names have changed, too
_XMLIDS = {
    "channel_stock_sync": "channel_sync",
    "stock_sync_backend_view_form": "sync_flow_view_form",
}


def migrate(cr, version):
    """Have Odoo go on with the new one where the old one is installed.

    Where it is not, it leaves the list of apps, for nobody could install it any more.
    Odoo looks again for addons to upgrade after it has upgraded those that it knew.

    :raise UserError: for a folder too many or too few
    """
    cr.execute(
        "SELECT id FROM ir_module_module WHERE name = %s"
        " AND state IN ('installed', 'to upgrade')",
        [_OLD],
    )
    if not cr.rowcount:
        _forget_module(cr)
        return
    [module_id] = cr.fetchone()
    if Manifest.for_addon(_OLD, display_warning=False):
        raise UserError(
            f"Remove the folder {_OLD}: the addon is called {_NEW} now. Nothing was"
            " changed yet; upgrade again afterwards."
        )
    if not Manifest.for_addon(_NEW, display_warning=False):
        raise UserError(
            f"The folder {_NEW} is missing: {_OLD} is called that now. Nothing was"
            " changed yet; upgrade again afterwards."
        )
    _rename_module(cr, module_id)
    _rename_records(cr)


def _forget_module(cr):
    cr.execute("DELETE FROM ir_module_module WHERE name = %s", [_OLD])
    _forget_module_xmlid(cr)


def _forget_module_xmlid(cr):
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'base' AND name = %s",
        [f"module_{_OLD}"],
    )


def _rename_module(cr, module_id):
    """Odoo has noted the new one as not installed: the old one takes its place."""
    cr.execute("SELECT id FROM ir_module_module WHERE name = %s", [_NEW])
    [new_id] = cr.fetchone()
    cr.execute(
        "DELETE FROM ir_module_module_dependency WHERE module_id = %s", [module_id]
    )
    cr.execute(
        "UPDATE ir_module_module_dependency SET module_id = %s WHERE module_id = %s",
        [module_id, new_id],
    )
    cr.execute("DELETE FROM ir_module_module WHERE id = %s", [new_id])
    cr.execute(
        "UPDATE ir_module_module SET name = %s, state = 'to upgrade' WHERE id = %s",
        [_NEW, module_id],
    )
    _forget_module_xmlid(cr)
    cr.execute(
        "UPDATE ir_model_data SET res_id = %s WHERE module = 'base' AND name = %s",
        [module_id, f"module_{_NEW}"],
    )


def _rename_records(cr):
    # Odoo notes models and fields anew.
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = %s AND model LIKE 'ir.model%%'",
        [_OLD],
    )
    cr.execute(
        "DELETE FROM ir_model_fields"
        " WHERE model = 'stock.sync.backend' AND name = 'queue_channel'"
    )
    for old, new in _XMLIDS.items():
        cr.execute(
            "UPDATE ir_model_data SET name = %s WHERE module = %s AND name = %s",
            [new, _OLD, old],
        )
    cr.execute("UPDATE ir_model_data SET module = %s WHERE module = %s", [_NEW, _OLD])
