from contextlib import contextmanager

from odoo import api, models

#: How the API is asked: a change of these does not change what its answers mean. The
#: secret is looked at by its value, wherever it is kept.
HOW_FIELDS = frozenset(
    {
        "auth_type",
        "auth_header",
        "auth_param",
        "oauth_token_url",
        "secret_source",
        "secret_name",
        "secret_id",
        "ids_per_request",
        "page_size",
        "page_size_param",
        "request_timeout",
        "max_attempts",
        "max_answer_mb",
        "max_pages",
        "concurrency",
        "requests_per_second",
    }
)
#: but the place that a list by page numbers has come to is another one after these
PLACE_FIELDS = frozenset({"page_size", "page_size_param"})

#: what decides what the API answers and what that means here
MEANING_FIELDS = frozenset(
    {
        "base_url",
        "auth_username",
        "oauth_scope",
        "api_tz",
        "item_path",
        "list_path",
        "request_mode",
        "http_method",
        "ids_param",
        "ids_separator",
        "since_param",
        "rows_path",
        "item_rows_path",
        "success_path",
        "paging",
        "page_param",
        "first_page",
        "next_path",
        "pages_path",
        "total_path",
        "cursor_alone",
    }
)


class SyncFlow(models.Model):
    """Notices when the API's answers mean something else than before."""

    _inherit = "sync.flow"

    def write(self, vals):
        if not self._set_up_fields() & vals.keys():
            return super().write(vals)
        watched = self
        if any(self._fields[fname].inherited for fname in vals):
            watched |= self.backend_id.with_context(active_test=False).flow_ids
        with watched._watching_meaning():
            # What its rows do meanwhile is looked at together with the rest.
            flows = self.with_context(sync_meaning_watched=True)
            result = super(SyncFlow, flows).write(vals)
        self._try_again()
        return result

    @api.model
    def _set_up_fields(self):
        """All that may have to do with what the API answers, or whether it does."""
        return {
            *self._meaning_fields(),
            *HOW_FIELDS,
            "parameter_ids",
            "shared_parameter_ids",
            "secret",
            "secret_input",
            "preset_id",
        }

    @api.model
    def _meaning_fields(self):
        """The fields that decide what the API answers and what that means here.

        Beside these: the secret (an API may know by it who asks), and the rows of
        headers and parameters.
        """
        return MEANING_FIELDS

    def _get_meaning(self):
        """Equal as long as the API's answers mean the same."""
        self.ensure_one()
        values = {fname: self[fname] or False for fname in self._meaning_fields()}
        if self.auth_type != "none":
            values["secret"] = self.backend_id._get_secret()
        values["rows"] = sorted(
            (row.kind, row.name, row._get_value())
            for row in self._get_parameters()
            if row._get_value()
        )
        return values

    @api.model
    def _of_rows(self, vals_list):
        """The flows that rows with these values are to belong to."""
        default = self.env.context.get("default_flow_id")
        ids = {vals.get("flow_id", default) for vals in vals_list}
        return self.browse(filter(None, ids))

    def _get_place(self):
        """Equal as long as a list can be read on from the page that was read last."""
        self.ensure_one()
        if self.paging != "page":
            return None
        return {fname: self[fname] or False for fname in PLACE_FIELDS}

    @contextmanager
    def _watching_meaning(self):
        """What was read is given up where its meaning is another one afterwards.

        Values count and not keys: a form may write what was there before.
        """
        if self.env.context.get("sync_meaning_watched"):
            yield
            return
        flows = self.sudo()
        before = {b: (b._get_meaning(), b._get_place()) for b in flows}
        yield
        flows = flows.exists()
        changed = flows.filtered(lambda b: b._get_meaning() != before[b][0])
        if changed:
            changed._forget_progress()
        (flows - changed).filtered(
            lambda b: b._get_place() != before[b][1]
        )._interrupt_lists()

    def _forget_progress(self):
        """After a change of what the API is: the next run reads everything."""
        held = self._held_runs()
        held._end_as_changed()
        self._open_runs()._end_as_changed()
        self.env["sync.run"].sudo().search(
            [("flow_id", "in", self.ids), ("complete", "=", True)]
        ).complete = False
        for flow in held.flow_id:
            flow._tell_of_held()

    def _interrupt_lists(self):
        """After a change by which a page's number means other rows."""
        self._open_runs().filtered(
            lambda run: run.state == "planning" and run._is_list()
        )._end_as_changed()
