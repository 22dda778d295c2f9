import os
import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.orm.models import NO_ACCESS
from odoo.tools import config, format_list

#: Only these names, after a prefix: whoever administrates one database must not be able
#: to send another password of the server (PGPASSWORD, say) to an address of their own.
SECRET_NAMES = {
    "env": re.compile(r"[A-Z0-9_]+(?<!_HOST)"),
    "config": re.compile(r"[a-z0-9_]+(?<!_host)"),
}
#: What is put behind a secret's name has the servers that may get the secret: a name
#: is known to all companies, and each has managers who choose addresses.
HOST_SUFFIXES = {"env": "_HOST", "config": "_host"}

_DEFAULT_PORTS = {"http": 80, "https": 443}


class SyncSecretMixin(models.AbstractModel):
    """A secret: typed in and never shown again, or kept outside the database."""

    _name = "sync.secret.mixin"
    _description = "Synchronisation Secret"

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
        " SYNC_GLOBALSHOP_KEY, or of the option in odoo.conf, for example"
        " sync_globalshop_key. Only names with such beginnings can be read, and"
        " only for the servers that the variable or option of the same name with _HOST"
        " or _host behind it lists.",
    )
    secret_id = fields.Many2one(
        "sync.secret",
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

    @api.model
    def _secret_depends(self):
        """What decides whether there is a secret, and whether it may be used."""
        return ["secret", "secret_source", "secret_name"]

    @api.depends(lambda self: self._secret_depends())
    def _compute_has_secret(self):
        for record in self:
            record.has_secret = bool(record._get_secret())

    @api.constrains("secret_source", "secret_name")
    def _check_secret_name(self):
        for record in self:
            if (
                record.secret_source != "stored"
                and record.secret_name
                and not record._is_secret_name(record.secret_name)
            ):
                prefixes = self._get_secret_prefixes()
                raise ValidationError(
                    self.env._(
                        "The name of a secret must begin with %(variables)s for an"
                        " environment variable (capital letters, digits and"
                        " underscores), or with %(options)s for an option in odoo.conf"
                        " (small letters, digits and underscores). Names that end in"
                        " _HOST or _host say which servers a secret is for, and cannot"
                        " be secrets.",
                        variables=format_list(self.env, prefixes, "or"),
                        options=format_list(
                            self.env, [prefix.lower() for prefix in prefixes], "or"
                        ),
                    )
                )

    @api.model
    def _get_secret_prefixes(self):
        """What the names of secrets outside the database begin with."""
        return ["SYNC_"]

    def _is_secret_name(self, name):
        """Whether a variable or option of this name may be read as a secret."""
        prefixes = self._get_secret_prefixes()
        if self.secret_source == "config":
            prefixes = [prefix.lower() for prefix in prefixes]
        return bool(SECRET_NAMES[self.secret_source].fullmatch(name)) and any(
            name.startswith(prefix) and name != prefix for prefix in prefixes
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("secret_source", "stored") != "stored":
            # in sudo: whoever may choose the source has no access to the value
            self.sudo().filtered("secret_id").secret = False
        return result

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
        return "" if self._hosts_without_permission() else self._read_named_secret()

    def _read_named_secret(self):
        """:return: what the variable or option has; empty text for other names"""
        name = self.secret_name or ""
        if not self._is_secret_name(name):
            return ""
        return self._read_outside(name)

    def _read_outside(self, name):
        where = os.environ if self.secret_source == "env" else config
        return str(where.get(name) or "").strip()

    def _secret_urls(self):
        """The addresses that get the secret, or access by it."""
        self.ensure_one()
        return []

    def _host_name(self):
        """The variable or option that lists the servers which may get the secret."""
        return f"{self.secret_name}{HOST_SUFFIXES[self.secret_source]}"

    def _hosts_without_permission(self):
        """The servers that would get the named secret, and are not listed for it.

        Who runs the server lists them; a manager only chooses the name and the address.

        :return: list of texts as they would have to be listed: ``host`` or
            ``host:port``; never empty where no address is known
        """
        self.ensure_one()
        listed = {
            host.strip().lower()
            for host in self._read_outside(self._host_name()).split(",")
        }
        hosts = [_host_texts(url) for url in self._secret_urls()] or [["?"]]
        return [texts[0] for texts in hosts if listed.isdisjoint(texts)]

    def _missing_secret_facts(self):
        """Which variable or option lacks, for the sentence; None for a stored one."""
        self.ensure_one()
        source = self.secret_source
        if source == "stored":
            return None
        facts = {"reason": f"no_secret_{source}", "name": self.secret_name or "?"}
        if self._read_named_secret():
            facts.update(
                reason=f"secret_host_{source}",
                host_name=self._host_name(),
                hosts=", ".join(self._hosts_without_permission()),
            )
        return facts

    def _forget_secret(self):
        self.sudo().write({"secret": False, "secret_name": False})


def _host_texts(url):
    """How a list of servers may name that of an address: with its port, if need be."""
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return ["?"]
    host = f"[{host}]" if ":" in host else host
    default = _DEFAULT_PORTS.get(parts.scheme)
    if port in (None, default):
        return [host, f"{host}:{default}"]
    return [f"{host}:{port}"]
