from odoo import SUPERUSER_ID


def migrate(cr, version):
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
