import os
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.orm.models import NO_ACCESS
from odoo.tools import config

#: Only these names: whoever administrates one database must not be able to send
#: another password of the server (PGPASSWORD, say) to an address of their own.
SECRET_NAMES = {
    "env": re.compile(r"STOCK_SYNC_[A-Z0-9_]+"),
    "config": re.compile(r"stock_sync_[a-z0-9_]+"),
}


class StockSyncSecretMixin(models.AbstractModel):
    """A secret: typed in and never shown again, or kept outside the database."""

    _name = "stock.sync.secret.mixin"
    _description = "Stock Synchronisation Secret"

    secret_source = fields.Selection(
        [
            ("stored", "Typed in here"),
            ("env", "Environment variable of the server"),
            ("config", "Option in odoo.conf"),
        ],
        string="Secret From",
        required=True,
        default="stored",
        copy=False,
        help="A secret that is typed in is kept in the database and never shown again."
        " The other two never enter the database.",
    )
    secret_name = fields.Char(
        string="Variable or Option",
        copy=False,
        help="The name of the environment variable, for example"
        " STOCK_SYNC_GLOBALSHOP_KEY, or of the option in odoo.conf, for example"
        " stock_sync_globalshop_key. Only names with these beginnings can be read.",
    )
    secret_id = fields.Many2one(
        "stock.sync.secret",
        string="Stored Secret",
        groups=NO_ACCESS,
        copy=False,
        exportable=False,
    )
    secret = fields.Char(
        string="Stored Value",
        compute="_compute_secret",
        inverse="_inverse_secret",
        groups=NO_ACCESS,
        exportable=False,
    )
    secret_input = fields.Char(
        string="Secret",
        compute="_compute_secret_input",
        inverse="_inverse_secret_input",
        exportable=False,
        help="The API key, token or password. It is kept, and never shown again.",
    )
    has_secret = fields.Boolean(
        string="Secret Is Set", compute="_compute_has_secret", compute_sudo=True
    )

    @api.depends("secret_id.value")
    def _compute_secret(self):
        for record in self:
            record.secret = record.secret_id.value

    def _inverse_secret(self):
        for record in self:
            old = record.secret_id
            value = record.secret
            record.secret_id = value and old.create({"value": value})
            old.unlink()

    def _compute_secret_input(self):
        self.secret_input = False  # write-only

    def _inverse_secret_input(self):
        for record in self:
            if record.secret_input and record.secret_source == "stored":
                record.sudo().secret = record.secret_input.strip()
        self._compute_secret_input()

    @api.depends("secret", "secret_source", "secret_name")
    def _compute_has_secret(self):
        for record in self:
            record.has_secret = bool(record._get_secret())

    @api.constrains("secret_source", "secret_name")
    def _check_secret_name(self):
        for record in self:
            pattern = SECRET_NAMES.get(record.secret_source)
            name = record.secret_name
            if pattern and name and not pattern.fullmatch(name):
                raise ValidationError(
                    self.env._(
                        "The name of a secret must begin with STOCK_SYNC_ for an"
                        " environment variable (capital letters, digits and"
                        " underscores), or with stock_sync_ for an option in odoo.conf"
                        " (small letters, digits and underscores)."
                    )
                )

    def write(self, vals):
        if vals.get("secret_source", "stored") != "stored":
            vals = {**vals, "secret": False}
        return super().write(vals)

    def unlink(self):
        secrets = self.sudo().secret_id
        result = super().unlink()
        secrets.unlink()
        return result

    def _get_secret(self):
        """:return: the secret; empty text where there is none"""
        self.ensure_one()
        if self.secret_source == "stored":
            return self.sudo().secret or ""
        name = self.secret_name or ""
        if not SECRET_NAMES[self.secret_source].fullmatch(name):
            return ""
        where = os.environ if self.secret_source == "env" else config
        return str(where.get(name) or "").strip()

    def _missing_secret_facts(self):
        """Which variable or option lacks, for the sentence; None for a stored one."""
        self.ensure_one()
        if self.secret_source == "stored":
            return None
        reason = f"no_secret_{self.secret_source}"
        return {"reason": reason, "name": self.secret_name or "?"}

    def _forget_secret(self):
        self.sudo().write({"secret": False, "secret_name": False})
