import time
from contextlib import closing

from odoo import api, models

from odoo.addons.base_sync_api.client import ClientError

from ..levels.batch import LIST_BATCH_SIZE


class StockSyncRead(models.AbstractModel):
    """Reads the whole answer of the API into a run's plan, a batch per transaction."""

    _name = "stock.sync.read"
    _inherit = ["sync.transaction"]
    _description = "Stock Synchronisation: Read"

    @api.model
    def _read_run(self, run, end):
        """Plan from all that the API says, from wherever the run is.

        :param end: when to stop, by ``time.monotonic()``
        :return: False when time was up before the end
        """
        if run.resume_date:
            run._resume()
        if not run.complete and not run.error_code:
            if not self._read_answers(run, end):
                return False
        if run._is_waiting():
            return True
        is_whole_list = run.complete and run._is_list() and not run.delta
        is_partial = is_whole_list and run.flow_id.list_is_partial
        if is_partial:
            # Only with them it shows whether this is the catalogue that Odoo knows.
            if not self._read_unlisted(run, end):
                return False
            if run._is_waiting() or run.error_code:
                return True
        if run.complete:
            self._commit_progress(0)  # so that another attempt still knows it
            if self._retrying(self._is_lost, run):
                return True
        if is_whole_list and not is_partial:
            return self._read_missing(run)
        return True

    @api.model
    def _read_answers(self, run, end):
        """:return: False when time was up before the end; True also where the API
        goes no further, which is noted on the run
        """
        state = run.plan_state or {}
        sorter = run.flow_id._get_sorter(
            state.get("reading"), run.delta and run.flow_id.location_codes
        )
        self._begin_reading(run, state)
        if state.get("ended"):
            return self._end_answers(run, sorter, state)
        closer_look = self._closer_look(run.flow_id)
        calls_before = run.api_calls
        with run.flow_id._get_api() as api_client:
            batches = self._batches(run, api_client, state.get("position"))
            with closing(batches):
                while batch := self._next_batch(run, batches, sorter, state):
                    self._plan_batch(run, sorter, batch, closer_look)
                    run.api_calls = calls_before + api_client.calls
                    if run.state != "planning":
                        return True
                    state = self._state_after(state, batch)
                    if not run._is_list():
                        run.plan_state = {**state, "reading": sorter.state()}
                    in_time = self._checkpoint(run, len(batch.levels))
                    if batch.state and (not in_time or time.monotonic() > end):
                        run.plan_state = {**state, "reading": sorter.state()}
                        self._commit_progress(0)
                        return False
            run.api_calls = calls_before + api_client.calls
        if run.error_code or run._is_waiting():
            return True
        return self._end_answers(run, sorter, state)

    @api.model
    def _begin_reading(self, run, state):
        if not state:
            self._retrying(self._plan_unsettable, run)
            run.write(self._prepare_queue(run))
        elif run._is_list():
            # Who is killed from here on begins again: pages may have moved.
            run.plan_state = False
        if self._in_cron():
            self._refresh_statistics()
            self._commit_progress(0)

    @api.model
    def _next_batch(self, run, batches, sorter, state):
        """:return: None at the end, and where the API goes no further"""
        try:
            return next(batches, None)
        except ClientError as error:
            state = {**state, "reading": sorter.state()}
            run._give_up(error, state)
            return None

    @api.model
    def _state_after(self, state, batch):
        """What is known of the answers so far, for JSON.

        ``waits`` is there where the API had us wait on the way.
        """
        return {
            **state,
            "position": batch.state,
            "moved": batch.moved,
            "announced": batch.announced,
        }

    @api.model
    def _plan_batch(self, run, sorter, batch, closer_look):
        # The requests took their time: compare with the stock of now.
        self._commit_progress(0)
        if not run._may_go_on(self.env.user):
            return
        if run._is_list():
            by_site, faults = sorter.sort(batch.levels, batch.faults, batch.again)
        else:
            by_site, faults = sorter.sort_whole(batch.levels, batch.faults)
        self._retrying(
            self._plan_levels, run, by_site, faults, batch.received, closer_look
        )
        if not run._is_list():
            named = {level.external_id for level in batch.levels}
            self._retrying(self.env["stock.sync.missing"]._plan_left_out, run, named)
            run.answered = batch.state["answered"]
        run.write(
            {"version": batch.version or run.version, "heard_date": batch.received}
        )
        run._count_undated(batch.levels)

    @api.model
    def _end_answers(self, run, sorter, state):
        """Plan what was only certain at the end, and say that nothing more comes.

        :return: False when time was up before the end
        """
        while sorter.is_left_over():
            by_site, faults = sorter.left_over(LIST_BATCH_SIZE)
            self._retrying(self._plan_levels, run, by_site, faults, run.start_date)
            if not self._checkpoint(run, LIST_BATCH_SIZE) and sorter.is_left_over():
                run.plan_state = {**state, "ended": True, "reading": sorter.state()}
                self._commit_progress(0)
                return False
        if not run.delta and (run.flow_id.location_codes or []) != sorter.codes:
            run.flow_id.location_codes = sorter.codes
        if len(sorter.codes) > 1:
            facts = {"reason": "several", "codes": ", ".join(sorter.codes)}
            run._finish("failed", "unknown_location", facts)
        else:
            run.write({"complete": True, "plan_state": {"moved": _has_moved(state)}})
            self._commit_progress(0)
            self._look_for_drift(run)
        return True

    @api.model
    def _read_missing(self, run):
        """Look for what a whole, complete list did not mention."""
        search = self.env["stock.sync.missing"]
        state = run.plan_state or {}
        if "position" not in state and search._is_nothing_missing(run):
            return True
        moved = state.get("moved") or run.rows_twice
        is_certain = search._is_certain(run)
        unnamed = search._get_unnamed(run, run.flow_id._get_sites())
        while run.state == "planning":
            missing = search._next_missing(run, state.get("position", 0))
            if not missing:
                break
            self._retrying(
                search._plan_missing, run, missing, moved, is_certain, unnamed
            )
            state = {**state, "position": missing[-1][0]}
            run.plan_state = state
            if not self._checkpoint(run, len(missing)):
                return False
        return True


def _has_moved(state):
    """Whether rows of a list may have slipped from one page to another.

    Hours may lie between two sittings: without a number that was announced, nothing
    shows what happened meanwhile.
    """
    in_sittings = state.get("waits") and not state.get("announced")
    return bool(state.get("moved") or in_sittings)
