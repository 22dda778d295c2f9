from datetime import timedelta

from odoo import api, fields, models


class SyncPace(models.Model):
    """When a backend may be asked next, for all processes that ask it.

    A row has the id of its backend, to which it does not refer: turns are taken on
    another connection, where a backend that was just made is not seen.
    """

    _name = "sync.pace"
    _description = "Synchronisation: Pace of a Backend"
    _log_access = False

    next_turn = fields.Datetime(required=True)

    @api.autovacuum
    def _gc_turns(self):
        """What is long over is the same as none."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.search([("next_turn", "<", limit)]).unlink()
