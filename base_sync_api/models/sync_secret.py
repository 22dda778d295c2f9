from odoo import fields, models


class SyncSecret(models.Model):
    """A secret that was typed in; nobody has access.

    A table of its own, and a new row for each value: where PostgreSQL refuses a row, or
    an update lost a race, its values are in the server's log and in what the browser is
    told.
    """

    _name = "sync.secret"
    _description = "Stored Secret of Synchronisation"

    value = fields.Char(required=True, readonly=True)
