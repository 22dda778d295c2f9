from odoo import SUPERUSER_ID, api
from odoo.tools.sql import column_exists


def migrate(cr, version):
    _tell_who_works(cr)
    _move_secrets(cr)


def _tell_who_works(cr):
    """Alerts are new: whoever a backend works as is told of its trouble."""
    cr.execute(
        """
        UPDATE sync_backend
           SET responsible_id = sync_flow.user_id
          FROM sync_flow
         WHERE sync_flow.backend_id = sync_backend.id
           AND sync_backend.responsible_id IS NULL
           AND sync_flow.user_id <> %s
           AND sync_backend.base_url IS NOT NULL
        """,
        [SUPERUSER_ID],
    )


def _move_secrets(cr):
    """Secrets have a table of their own."""
    if not column_exists(cr, "stock_sync_backend", "secret"):
        return
    cr.execute("SELECT id, secret FROM stock_sync_backend WHERE secret IS NOT NULL")
    env = api.Environment(cr, SUPERUSER_ID, {})
    for backend_id, secret in cr.fetchall():
        env["sync.backend"].browse(backend_id).secret = secret
    env.flush_all()
