from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..tools.numbers import format_number

_lt = LazyTranslate(__name__)

ERROR_CODES = [
    ("not_configured", "Not configured"),
    ("access_denied", "Access denied"),
    ("run_in_progress", "A run is in progress"),
    ("connection_error", "No connection"),
    ("timeout", "No answer in time"),
    ("auth_failed", "Credentials refused"),
    ("rate_limited", "Too many requests"),
    ("http_error", "HTTP error"),
    ("invalid_response", "Invalid answer"),
    ("unknown_error", "Unknown error"),
    ("held_by_guard", "Held for approval"),
]

# What happened and what to do, for a person. Keyed by error code, or by
# "code.reason" where one code has several causes.
SENTENCES = {
    "not_configured": _lt(
        "The flow is not set up completely. Ask an administrator to complete it."
    ),
    "not_configured.no_address": _lt(
        "%(backend)s has no address. Ask an administrator to fill in its base URL."
    ),
    "not_configured.no_secret": _lt(
        "%(backend)s has no API key, token or password. Ask an"
        " administrator to enter it."
    ),
    "not_configured.no_secret_env": _lt(
        "The environment variable %(name)s, which holds the secret of %(backend)s, is"
        " not set on the server. Ask who runs the server to set it."
    ),
    "not_configured.no_secret_config": _lt(
        "The option %(name)s, which holds the secret of %(backend)s, is not in"
        " odoo.conf. Ask who runs the server to add it."
    ),
    "not_configured.secret_host_env": _lt(
        "The secret of %(backend)s is in the environment variable %(name)s, which is"
        " used only for the servers that %(host_name)s lists. %(hosts)s is not among"
        " them. If it may get the secret, ask who runs the server to set"
        " %(host_name)s to %(hosts)s; commas stand between several."
    ),
    "not_configured.secret_host_config": _lt(
        "The secret of %(backend)s is the option %(name)s of odoo.conf, which is used"
        " only for the servers that the option %(host_name)s lists. %(hosts)s is not"
        " among them. If it may get the secret, ask who runs the server to set"
        " %(host_name)s to %(hosts)s; commas stand between several."
    ),
    "not_configured.no_secret_parameter": _lt(
        "The header or parameter %(name)s of %(backend)s has no value. Ask"
        " an administrator to enter it."
    ),
    "not_configured.no_token_url": _lt(
        "%(backend)s has no token URL. Ask an administrator to enter it."
    ),
    "not_configured.archived": _lt(
        "%(backend)s is archived. Ask an administrator to unarchive it."
    ),
    "not_configured.paused": _lt(
        "%(backend)s is paused. Ask an administrator to resume it."
    ),
    "not_configured.changed": _lt(
        "The settings of %(backend)s were changed while this run was under way, so it"
        " was ended. The next run goes by the new settings."
    ),
    "access_denied": _lt(
        "%(user)s may not do this in %(company)s. Ask an administrator for the role."
    ),
    "run_in_progress": _lt(
        "Another run of %(backend)s is in progress. Wait until it has ended, then try"
        " again."
    ),
    "connection_error": _lt(
        "The connection to %(host)s broke off. Try again; if it stays so, tell who"
        " runs the API."
    ),
    "connection_error.refused": _lt(
        "%(host)s refused the connection. Check that the API is running and that the"
        " backend's address and port are right."
    ),
    "connection_error.dns": _lt(
        "No server of the name %(host)s was found. Check the backend's address and"
        " this server's network."
    ),
    "connection_error.tls": _lt(
        "The secure connection to %(host)s failed: its certificate was not accepted,"
        " or it does not speak HTTPS. Check the address, or tell who runs the API."
    ),
    "timeout": _lt(
        "%(host)s did not answer in time. Try again later; if it stays so, raise the"
        " backend's time limit or tell who runs the API."
    ),
    "auth_failed": _lt(
        "%(host)s refused the credentials (HTTP %(status)s). Ask an"
        " administrator to check the backend's authentication."
    ),
    "auth_failed.token": _lt(
        "%(host)s gave no access token. Ask an administrator to check the"
        " backend's token URL, user name (client ID), secret and scope."
    ),
    "rate_limited": _lt(
        "%(host)s asks for fewer requests (HTTP %(status)s). The rest is left for the"
        " next run; try again later."
    ),
    "http_error": _lt(
        "%(host)s answered with an error (HTTP %(status)s). Try again later; if it"
        " stays so, check the backend's address or tell who runs the API."
    ),
    "http_error.blocked": _lt(
        "A firewall in front of %(host)s turned this server away (HTTP %(status)s)"
        " before the API could answer: it says nothing about the credentials. Ask who"
        " runs the API to let this server's address through."
    ),
    "http_error.redirect_scheme": _lt(
        "%(host)s redirects to %(target)s: the same server, but with another kind of"
        " connection; nothing was sent there. If that is the right address, enter it in"
        " the backend; prefer https."
    ),
    "http_error.redirect_elsewhere": _lt(
        "%(host)s redirects to %(target)s, which is not the backend's own host; nothing"
        " was sent there. If that is the right address, enter it in the backend."
    ),
    "http_error.redirect_method": _lt(
        "%(host)s redirects a POST in a way that loses what was asked (HTTP"
        " %(status)s). Enter the address that it redirects to in the backend."
    ),
    "http_error.redirect_loop": _lt(
        "%(host)s redirects without end. Check the backend's address."
    ),
    "invalid_response": _lt("The API's answer was not understood."),
    "invalid_response.not_json": _lt(
        "The API's answer is not valid JSON. Check that the backend's address is that"
        " of the API, or tell who runs it."
    ),
    "invalid_response.html": _lt(
        "The API answered with a web page instead of data. Check that the backend's"
        " address is that of the API and not of its website or login page."
    ),
    "invalid_response.xml": _lt(
        "The API answered in XML, and only JSON is understood. Check whether it has an"
        " address or a parameter for JSON (a header Accept, or format=json)."
    ),
    "invalid_response.csv": _lt(
        "The API answered with a CSV file, and only JSON is understood. Check whether"
        " it has an address or a parameter for JSON (a header Accept, or format=json)."
    ),
    "invalid_response.not_an_object": _lt(
        "The API's answer is valid JSON, but a row in it is not an object. Check the"
        " backend's address, its paths, and where it looks for rows."
    ),
    "invalid_response.missing": _lt(
        "The API's answer has no “%(name)s”. Check the backend's address and paths, and"
        " where it looks for it."
    ),
    "invalid_response.no_success": _lt(
        "The API reported an error inside its answer: “%(name)s” is not true. Nothing"
        " of it was used. Test the connection to see the answer."
    ),
    "invalid_response.no_rows": _lt(
        "The API's answer has no list “%(name)s”. Nothing of it was used. Test the"
        " connection to see the answer, then correct where the backend looks for rows."
    ),
    "invalid_response.expression": _lt(
        "The expression “%(name)s” does not work on the API's answer. Test the"
        " connection to see the answer, then correct the expression in the backend."
    ),
    "invalid_response.too_much": _lt(
        "The expression “%(name)s” gives far too many values: it repeats the API's"
        " answer again and again. Reading was stopped; write it more simply in the"
        " backend."
    ),
    "invalid_response.paging": _lt(
        "The API's answer has no usable “%(name)s”, by which the backend finds its way"
        " through the pages. Correct it in the backend, or empty it if the API does not"
        " say."
    ),
    "invalid_response.bad_link": _lt(
        "The API's Link header, by which the backend finds the next page, was not"
        " understood, so the list may go on. Tell who runs the API, or choose another"
        " way of paging in the backend."
    ),
    "invalid_response.next_scheme": _lt(
        "The API's next page is at %(target)s: the same server, but with another kind"
        " of connection; nothing was sent there. Enter the backend's address as the API"
        " writes it, with https where it has that."
    ),
    "invalid_response.next_elsewhere": _lt(
        "The API's next page is at %(target)s, which is not the backend's own host;"
        " nothing was sent there. If that is the right address, enter it in the"
        " backend."
    ),
    "invalid_response.page_loop": _lt(
        "The API's pages come round again, so the list has no end. Check the backend's"
        " paging and the name of its page parameter, or tell who runs the API."
    ),
    "invalid_response.endless_pages": _lt(
        "The API's list seems to have no end: reading was stopped after %(pages)s"
        " pages. Check the backend's paging; if the list is that long, raise the rows"
        " per page or Most Pages."
    ),
    "invalid_response.incomplete": _lt(
        "The API's list ended before all the rows that it announced had come. The next"
        " run reads it again; if it stays so, check the backend's paging."
    ),
    "invalid_response.encoding": _lt(
        "The API's answer is compressed in a way that cannot be read. Tell who runs the"
        " API."
    ),
    "invalid_response.too_large": _lt(
        "The API's answer is larger than %(megabytes)s MB; reading it was stopped."
        " Check the backend's address and paths, ask for fewer rows per page, or raise"
        " the largest answer allowed."
    ),
    "unknown_error": _lt(
        "Something went wrong that has no words yet: %(code)s. Ask an administrator to"
        " look at the server's log."
    ),
    "held_by_guard": _lt("Nothing was changed: the run was held and not approved."),
}


class _Facts(dict):
    """The values for a sentence, numbers in the reader's way."""

    def __init__(self, errors, facts):
        super().__init__(facts)
        self._errors = errors

    def __getitem__(self, name):
        value = self.get(name, "?")
        if self._errors._is_number_fact(name, self):
            return format_number(self._errors.env, value)
        return value


class SyncError(models.AbstractModel):
    """A code, the facts, and the sentence made of both in the reader's language.

    A kind of flow adds its codes to the field, and its sentences to those of
    ``_get_sentences``.
    """

    _name = "sync.error"
    _description = "Synchronisation Error"

    error_code = fields.Selection(ERROR_CODES, readonly=True)
    error_facts = fields.Json(readonly=True)
    error_message = fields.Char(
        string="Error", compute="_compute_error_message", exportable=True
    )

    @api.depends("error_code", "error_facts")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for record in self:
            record.error_message = record.error_code and record._explain(
                record.error_code, record.error_facts or {}
            )

    def _get_error_kind(self):
        """The kind of flow that the record belongs to, whose words are used."""
        return None

    @api.model
    def _get_sentences(self, kind):
        """:return: dict of code, or ``code.reason``, to a lazy translation"""
        return SENTENCES

    @api.model
    def _error_values(self, code, facts):
        """Values for an error; a code that no addon has named must not stop a run."""
        if code not in self._fields["error_code"].get_values(self.env):
            code, facts = "unknown_error", {**(facts or {}), "code": code}
        return {"error_code": code, "error_facts": facts}

    @api.model
    def _is_number_fact(self, name, facts):
        """Whether a fact is shown as a number: as the reader writes it."""
        return type(facts.get(name)) in (int, float)

    def _explain(self, code, facts, kind=None):
        """The sentence for an error, in the language of the environment.

        :param str code: a value of ``error_code``
        :param dict facts: the values for the sentence; ``reason`` selects among the
            sentences of one code, ``said`` is a quote of the API's own words
        :param str kind: the kind of flow whose words are used; that of the record
        """
        sentences = self._get_sentences(kind or self[:1]._get_error_kind())
        if code not in sentences:
            code, facts = "unknown_error", {**facts, "code": code}
        sentence = sentences.get(f"{code}.{facts.get('reason')}", sentences[code])
        words = self.env._(sentence)
        text = words % _Facts(self, facts)
        if facts.get("said"):
            said = self.env._("The API says: “%(said)s”.", said=facts["said"])
            text = f"{text} {said}"
        return text
