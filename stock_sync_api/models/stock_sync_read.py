import time
from contextlib import closing

from odoo import api, fields, models

from ..client import ClientError
from ..reading import Reading


class StockSyncRead(models.AbstractModel):
    """Reads the whole answer of the API into a run's plan, a batch per transaction."""

    _name = "stock.sync.read"
    _inherit = ["stock.sync.transaction"]
    _description = "Stock Synchronisation: Read"

    @api.model
    def _read(self, run, end):
        """Plan from all that the API says, from wherever the run is.

        :param end: when to stop, by ``time.monotonic()``
        :return: False when time was up before the end
        """
        if not run.complete and not run.error_code:
            if not self._read_answers(run, end):
                return False
        if run.complete:
            self._commit_progress(0)  # so that another attempt still knows it
            if self._retrying(self.env["stock.sync.catalogue"]._is_lost, run):
                return True
        if run.complete and run._is_list() and not run.delta:
            return self._read_missing(run)
        return True

    @api.model
    def _read_answers(self, run, end):
        plan = self.env["stock.sync.plan"]
        state = run.plan_state or {}
        reading = Reading(
            run.backend_id._get_sites(),
            state.get("reading"),
            run.delta and run.backend_id.location_codes,
        )
        if not state:
            self._retrying(plan._plan_unsettable, run)
        elif run._is_list():
            # Who is killed from here on begins again: pages may have moved.
            run.plan_state = False
        if self._in_cron():
            self.env["stock.sync.unchanged"]._refresh_statistics()
            self._commit_progress(0)
        closer_look = self.env["stock.sync.unchanged"]._closer_look(run.backend_id)
        moved = False
        calls_before = run.api_calls
        with run.backend_id._get_api() as api_client:
            batches = self.env["stock.sync.source"]._batches(
                run, api_client, state.get("position")
            )
            with closing(batches):
                while batch := self._next_batch(run, batches):
                    self._plan_batch(run, reading, batch, closer_look)
                    moved = batch.moved
                    run.api_calls = calls_before + api_client.calls
                    if run.state != "planning":
                        return True
                    state = {"position": batch.state, "reading": reading.state()}
                    if not run._is_list():
                        run.plan_state = state
                    in_time = self._checkpoint(run, len(batch.levels))
                    if batch.state and (not in_time or time.monotonic() > end):
                        run.plan_state = state
                        self._commit_progress(0)
                        return False
            run.api_calls = calls_before + api_client.calls
        if not run.error_code:
            self._end_answers(run, reading, moved)
        return True

    @api.model
    def _next_batch(self, run, batches):
        """:return: None at the end, and where the API goes no further"""
        try:
            return next(batches, None)
        except ClientError as error:
            self.env["stock.sync.engine"]._give_up(run, error)
            return None

    @api.model
    def _plan_batch(self, run, reading, batch, closer_look):
        # The requests took their time: compare with the stock of now.
        self._commit_progress(0)
        if not self.env["stock.sync.engine"]._may_go_on(run):
            return
        if run._is_list():
            by_site, faults = reading.sort(batch.levels, batch.faults)
        else:
            by_site, faults = reading.sort_whole(batch.levels, batch.faults)
        plan = self.env["stock.sync.plan"]
        self._retrying(plan._plan, run, by_site, faults, batch.received, closer_look)
        run.version = batch.version or run.version

    @api.model
    def _end_answers(self, run, reading, moved):
        plan = self.env["stock.sync.plan"]
        now = fields.Datetime.now()
        self._retrying(plan._plan, run, {}, reading.left_over(), now)
        if not run.delta and (run.backend_id.location_codes or []) != reading.codes:
            run.backend_id.location_codes = reading.codes
        if len(reading.codes) > 1:
            facts = {"reason": "several", "codes": ", ".join(reading.codes)}
            self.env["stock.sync.engine"]._fail_run(run, ("unknown_location", facts))
        else:
            run.write({"complete": True, "plan_state": {"moved": moved}})

    @api.model
    def _read_missing(self, run):
        """Look for what a whole, complete list did not mention."""
        search = self.env["stock.sync.missing"]
        state = run.plan_state or {}
        if "position" not in state and search._is_nothing_missing(run):
            return True
        while run.state == "planning":
            missing = search._next(run, state.get("position", 0))
            if not missing:
                break
            self._retrying(search._plan, run, missing, state.get("moved"))
            state = {**state, "position": missing[-1][0]}
            run.plan_state = state
            if not self._checkpoint(run, len(missing)):
                return False
        return True
