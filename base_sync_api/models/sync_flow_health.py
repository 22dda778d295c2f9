import random
from datetime import timedelta

from odoo import api, fields, models

#: the pause after a failure, which doubles with each one in a row
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)

#: credentials that were refused are not tried again sooner: that may lock the account
CREDENTIALS_PAUSE = timedelta(hours=1)

#: failures that call nobody: a pause would spare nobody
WITHOUT_CALL = ("not_configured", "access_denied")


class SyncFlow(models.Model):
    """What its runs tell of a flow: its failures, and when it is tried again.

    The row is written only when something changes, and not by each good run.
    """

    _inherit = "sync.flow"

    failure_count = fields.Integer(
        string="Failures in a Row",
        readonly=True,
        copy=False,
        help="How often the scheduled action has failed since the last good run.",
    )
    failing_since = fields.Datetime(readonly=True, copy=False)
    next_attempt_date = fields.Datetime(
        string="Next Attempt",
        readonly=True,
        copy=False,
        help="The scheduled action does not call the API before this time: it has"
        " failed, or the API has asked for a pause.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "paused", "user_id"}:
            self._try_again()
        return result

    def _try_again(self):
        """After a change: what has failed may work now."""
        waiting = self.filtered("next_attempt_date")
        if waiting:
            waiting.next_attempt_date = False

    def _after_run(self, run):
        """A run over everything has come to its end, or is held."""
        self.ensure_one()
        self.invalidate_recordset(["last_run_id", "last_success_date"], flush=False)
        verdict = self._verdict(run)
        if verdict == "good":
            self._after_good_run(run)
        elif verdict == "failed":
            self._after_failed_run(run)
        elif run.trigger == "manual" and run.error_code != "rate_limited":
            self._end_pause()

    @api.model
    def _verdict(self, run):
        """What a run says about the backend.

        A run that is held counts as good: the API has answered, and what waits is a
        person's decision. A failure counts where nobody was there to see it.

        :return: ``good``, ``failed``, or None where it says nothing
        """
        if run.state == "held":
            return "good"
        if run.state in ("done", "partial") and not run.error_code:
            return "good"
        if self._was_rejected(run):
            return None
        if run.trigger == "manual" or run.error_code == "run_in_progress":
            return None
        return "failed"

    @api.model
    def _was_rejected(self, run):
        """By a person, or because a newer run or another set-up took its place."""
        ended = ("held_by_guard", "not_configured")
        by_someone = run.decided_by_id or run.error_code in ended
        return run.state == "interrupted" and bool(by_someone)

    @api.model
    def _reason(self, run):
        """What a run came to, in a sentence; where all records failed, why one did."""
        if run.state == "interrupted" and not run.error_code:
            return self.env._(
                "The run was interrupted before its end. Ask an administrator to look"
                " at the server's log."
            )
        if run.state == "failed" and not run.error_code:
            return self._first_fault(run) or run.message
        return run.message

    @api.model
    def _first_fault(self, run):
        """Why a first record has failed, in a sentence, where each has a reason."""
        return None

    def _after_good_run(self, run):
        if self.failure_count:
            self.write({"failure_count": 0, "failing_since": False})
        self._end_pause()

    def _end_pause(self):
        if self.next_attempt_date:
            self.next_attempt_date = False

    def _pause_until(self, date):
        """The API has asked not to be called before; it has not asked one flow alone.

        :param date: naive UTC
        """
        for flow in self.backend_id.flow_ids:
            if flow in self or (flow.next_attempt_date or date) <= date:
                flow.next_attempt_date = date
                flow._wake(date)

    def _after_failed_run(self, run):
        count = self.failure_count + 1
        values = {"failure_count": count}
        if not self.failing_since:
            values["failing_since"] = run.start_date
        date = self._date_after_failure(run, count)
        wanted = self.next_attempt_date  # by the API itself
        if wanted and wanted <= fields.Datetime.now():
            wanted = values["next_attempt_date"] = False  # this was that attempt
        if date and (not wanted or date > wanted):
            values["next_attempt_date"] = date
            self._wake(date)
        self.write(values)

    @api.model
    def _date_after_failure(self, run, count):
        """When to try again; None for the next regular time.

        That is for what is no trouble of the API: it was not called, or the server was
        killed or made a mistake of its own.

        :param int count: failures in a row
        """
        if run.error_code in WITHOUT_CALL or run.state == "interrupted":
            return None
        doublings = min(count - 1, 20)
        pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
        if run.error_code == "auth_failed":
            pause = max(pause, CREDENTIALS_PAUSE)
        # Jitter, so that many clients of one API do not come back together.
        seconds = int(pause.total_seconds() * random.uniform(0.9, 1.1))
        return fields.Datetime.now() + timedelta(seconds=seconds)
