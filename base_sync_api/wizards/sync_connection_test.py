from odoo import api, fields, models

from ..tools.notification import notification
from ..tools.numbers import format_number

#: rows of the answer, and faults, that are shown: the first ones tell the rest
SHOWN = 20


class SyncConnectionTest(models.TransientModel):
    """What one request to an API brought, and what is made of it."""

    _name = "sync.connection.test"
    _description = "Synchronisation Connection Test"

    flow_id = fields.Many2one(
        "sync.flow", required=True, readonly=True, ondelete="cascade"
    )
    summary = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    next_step = fields.Text(readonly=True)
    limits = fields.Text(related="flow_id.preset_limits")
    excerpt = fields.Text(string="Answer", readonly=True)
    has_found = fields.Boolean(readonly=True)

    @api.model
    def _test(self, flow):
        """Send one request as a synchronisation would, and show what came back.

        :return: an action: a notification where that says all, else a dialog
        """
        test = self._run_test(flow)
        if test.excerpt:
            return test._show()
        return notification(flow._get_title(), "danger", test.problem)

    @api.model
    def _run_test(self, flow):
        """Send one request as a synchronisation would.

        :return: what came back, or only a problem
        """
        problem = flow._problem(self.env.user)
        # What is missing for a run need not be missing for this.
        if problem and not flow._may_be_tried(problem):
            sentence = flow._explain(*problem)
            return self.create({"flow_id": flow.id, "problem": sentence})
        external_id = self._sample_id(flow)
        if not external_id and not flow.list_path:
            problem = self._explain_no_id(flow)
            return self.create({"flow_id": flow.id, "problem": problem})
        sample = flow._get_api().sample(external_id)
        if sample.withheld:
            sample.excerpt = self.env._(
                "The answer is not shown: a secret of the backend may be in it, in"
                " another form than it was sent. Tell who runs the API that it echoes"
                " what it is sent."
            )
        if sample.error and not sample.excerpt:
            sentence = self._sentence(flow, external_id, sample.error)
            return self.create({"flow_id": flow.id, "problem": sentence})
        return self.create(self._prepare(flow, external_id, sample))

    @api.model
    def _sample_id(self, flow):
        """The id to ask about; None where the list is asked for."""
        if flow.request_mode == "list":
            return None
        return (flow.sample_external_id or "").strip() or None

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test Connection"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _explain_no_id(self, flow):
        return self.env._("Enter an external ID to try first, then test again.")

    @api.model
    def _sentence(self, flow, external_id, error):
        facts = {"external_id": external_id or "?", **error.facts}
        return flow._explain(error.code, facts)

    @api.model
    def _prepare(self, flow, external_id, sample):
        problems = []
        if sample.error:
            problems.append(self._sentence(flow, external_id, sample.error))
        for fault_id, error in sample.faults[:SHOWN]:
            sentence = self._sentence(flow, fault_id, error)
            problems.append(f"{fault_id}: {sentence}" if fault_id else sentence)
        return {
            "flow_id": flow.id,
            "summary": "\n".join(self._get_summary(flow, sample)),
            "problem": "\n".join(dict.fromkeys(problems)),
            "next_step": self._next_step(flow, sample),
            "excerpt": sample.excerpt,
            "has_found": not sample.error and self._has_found(flow, sample),
        }

    @api.model
    def _get_summary(self, flow, sample):
        """What was asked and what came, in a line for each."""
        lines = [
            self.env._(
                "%(url)s answered %(status)s in %(seconds)s s (%(size)s bytes).",
                url=sample.url,
                status=sample.status,
                seconds=format_number(self.env, f"{sample.seconds:.2f}"),
                size=format_number(self.env, sample.size),
            )
        ]
        if not sample.error:
            more = self.env._("and there is a next page")
            last = self.env._("and there is no next page")
            lines.append(
                self.env._(
                    "Rows found: %(rows)s, %(next)s.",
                    rows=format_number(self.env, sample.rows),
                    next=more if sample.has_next else last,
                )
            )
        return lines

    @api.model
    def _has_found(self, flow, sample):
        """Whether the answer was about anything."""
        return bool(sample.rows)

    @api.model
    def _next_step(self, flow, sample):
        """What to do now; False where the problem says so."""
        if sample.error and sample.error.code != "invalid_response":
            return False  # the sentence about it says what to do
        if sample.error or sample.faults:
            return self.env._(
                "Next: compare the answer below with what is entered on the page"
                " Answers of the backend, then test again."
            )
        if not self._has_found(flow, sample):
            return self.env._(
                "Next: the API gave no rows. If it should have, check the path, the"
                " parameters, and on the page Answers where the rows are and which of"
                " them count."
            )
        return self.env._(
            "Next: click Preview to see what a synchronisation would change."
        )
