import time

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base_sync_api.client import ClientError, RateLimited

from .stock_sync_read_source import BATCH_SECONDS, BATCH_SIZE


class StockSyncRead(models.AbstractModel):
    """Asks one by one about what a list that leaves out products did not mention.

    Nothing is set to zero because it is missing from such a list.
    """

    _inherit = "stock.sync.read"

    @api.model
    def _read_unlisted(self, run, end):
        """Plan from what the API says about products that its list left out.

        :param end: when to stop, by ``time.monotonic()``
        :return: False when time was up before the end
        """
        search = self.env["stock.sync.missing"]
        state = run.plan_state or {}
        calls_before = run.api_calls
        with run.flow_id._get_api() as api_client:
            while run.state == "planning" and not run.error_code:
                missing = search._next_missing(run, state.get("position", 0))[
                    :BATCH_SIZE
                ]
                if not missing:
                    return True
                position = self._read_some(run, api_client, missing, state)
                run.api_calls = calls_before + api_client.calls
                if run.state != "planning":
                    return True
                state = {**state, "position": position}
                run.plan_state = state
                if api_client.gave_up:
                    run._give_up(api_client.gave_up, state)
                in_time = self._checkpoint(run, len(missing))
                if run._is_waiting():
                    return True
                if not in_time or time.monotonic() > end:
                    return bool(run.error_code)
        return True

    @api.model
    def _read_some(self, run, api_client, missing, state):
        """
        :param missing: rows of ``stock.sync.missing._next_missing``
        :return: the id of the last binding about which nothing is left to do
        """
        unlisted = self._get_unlisted(run, missing)
        received = fields.Datetime.now()
        position, answers = missing[-1][0], {}
        if run.flow_id.item_path:
            answers = self._ask_unlisted(api_client, unlisted.mapped("external_id"))
            left = unlisted.filtered(lambda b: b.external_id not in answers)
            if left:
                position = left[0].id - 1
            # The requests took their time: compare with the stock of now.
            self._commit_progress(0)
            if not run._may_go_on(self.env.user):
                return position
        others = [
            row for row in missing if row[0] <= position and row[0] not in unlisted._ids
        ]
        self._retrying(
            self._plan_unlisted, run, answers, others, state.get("moved"), received
        )
        if answers:
            run.heard_date = received
        return position

    @api.model
    def _get_unlisted(self, run, missing):
        """The bindings of which the list may know nothing: it named them nowhere.

        Not those whose product cannot be set, whatever the API says.
        """
        flow = run.flow_id
        sites = len(flow._get_sites().spoken_of())
        ids = [row[0] for row in missing if len(row[1]) == sites]
        domain = self.env["stock.sync.compare"]._binding_domain(flow)
        return self.env["stock.sync.binding"].search(
            domain & Domain("id", "in", ids), order="id"
        )

    @api.model
    def _ask_unlisted(self, api_client, external_ids):
        """
        :return: dict of external id to levels or error, as far as time and the API
            allowed; what it was out of reach for is for the next run
        """
        answers = {}
        for external_id, answer in api_client.get_levels(external_ids, BATCH_SECONDS):
            # What was sent together with a question that failed may have an answer.
            if answer is not api_client.gave_up and not isinstance(answer, RateLimited):
                answers[external_id] = answer
        return answers

    @api.model
    def _plan_unlisted(self, run, answers, others, moved, received):
        """
        :param answers: as ``_ask_unlisted`` gives them
        :param others: rows of ``_next_missing`` that were not asked about
        """
        flow = run.flow_id
        sorter = flow._get_sorter(codes=flow.location_codes)
        levels, faults = [], []
        for external_id, answer in answers.items():
            if isinstance(answer, ClientError):
                faults.append((external_id, answer))
            else:
                levels += answer
        by_site, faults = sorter.sort_whole(levels, faults)
        if len(sorter.codes) > 1:
            by_site, faults = {}, sorter.several_codes(by_site, faults)
        self._plan_levels(run, by_site, faults, received)
        search = self.env["stock.sync.missing"]
        search._plan_left_out(run, {level.external_id for level in levels})
        search._plan_missing(run, others, moved)
