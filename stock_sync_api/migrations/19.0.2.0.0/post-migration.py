from odoo import SUPERUSER_ID


def migrate(cr, version):
    """Alerts are new: whoever a backend works as is told of its trouble."""
    cr.execute(
        """
        UPDATE stock_sync_backend
           SET responsible_id = user_id
         WHERE responsible_id IS NULL AND user_id <> %s AND base_url IS NOT NULL
        """,
        [SUPERUSER_ID],
    )
