from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base_sync_api.client import AnswerTimeout, ClientError

from ..levels.outcome import Outcome
from ..tools.keys import trim

#: lines per transaction that sets stock: a few seconds' work
APPLY_SIZE = 400

#: seconds for the requests of one press of the button on chosen products: well below
#: Odoo's limit of 120 for a request (``limit_time_real``)
BUTTON_SECONDS = 60


class StockSyncEngine(models.AbstractModel):
    """A run's way: read → match → compare → plan → guard → apply → record."""

    _name = "stock.sync.engine"
    _inherit = ["sync.engine"]
    _description = "Stock Synchronisation: Engine"

    @api.model
    def _sync_chosen(self, bindings, unbound):
        """The button: HTTP first, then everything that writes."""
        bindings = bindings.with_env(self.env)
        unbound = unbound.with_env(self.env)
        flow = bindings.flow_id or unbound[:1]._sync_flow()
        flow = flow.with_env(self.env)
        problem = flow._problem(self.env.user)
        outcomes, answers, api_calls = [], None, 0
        received = fields.Datetime.now()
        if not problem:
            outcomes, wanted = self._sort_chosen(flow, bindings, unbound)
            answers, api_calls = self._ask_about(flow, wanted)
        run = self.env["sync.run"].create(
            {
                "flow_id": flow.id,
                "scope": "chosen",
                "trigger": "manual",
                "user_id": self.env.user.id,
                "api_calls": api_calls,
            }
        )
        if problem:
            code, facts = problem
            for binding in bindings:
                outcome = Outcome(binding, binding.product_id, binding.external_id)
                outcomes.append(outcome.fail(code, **facts))
            outcomes += self._without_id(flow, unbound)
        for outcome in outcomes:
            outcome.run_id = run.id
        self.env["stock.sync.record"]._store(run, outcomes)
        if answers:
            codes = flow.location_codes
            sorter = flow._get_sorter(codes=codes)
            by_site, faults = sorter.sort_whole(*answers)
            if len(sorter.codes) > 1:
                by_site, faults = {}, sorter.several_codes(by_site, faults)
            self.env["stock.sync.read"]._plan_levels(run, by_site, faults, received)
            levels, _faults = answers
            named = {level.external_id for level in levels}
            self.env["stock.sync.missing"]._plan_left_out(run, named)
            run._count_undated(levels)
        run.state = "applying"
        while lines := self._next_lines(run):
            self._apply_lines(run, lines)
        if problem:
            run._finish("failed", *problem)
        else:
            run._finish()
        return run

    @api.model
    def _sort_chosen(self, flow, bindings, unbound):
        """:return: outcomes of those that need not be asked about; ids of the others"""
        compare = self.env["stock.sync.compare"]
        outcomes, wanted = [], []
        for binding in bindings:
            outcome = Outcome(binding, binding.product_id, binding.external_id)
            if compare._check_product(outcome).error_code:
                outcomes.append(outcome)
            else:
                wanted.append(binding.external_id)
        if flow.match_by != "external_id":
            with_key = unbound.filtered(lambda product: trim(product[flow.match_by]))
            unbound -= with_key
            for product in with_key:
                key = trim(product[flow.match_by])
                problem = self.env["stock.sync.match"]._key_problem(flow, product)
                if problem:
                    code, facts = problem
                    outcome = Outcome(self.env["stock.sync.binding"], product, key)
                    outcomes.append(outcome.skip(code, **facts))
                else:
                    wanted.append(key)
        return outcomes + self._without_id(flow, unbound), wanted

    @api.model
    def _without_id(self, flow, products):
        facts = {"reason": "no_external_id", "backend": flow.name}
        return [
            Outcome(self.env["stock.sync.binding"], product).fail(
                "not_configured", **facts
            )
            for product in products
        ]

    @api.model
    def _ask_about(self, flow, external_ids):
        """Ask about a few products. Nothing is written before the API has answered.

        :return: (levels, faults), and the number of requests
        """
        levels, faults, left = [], [], set(external_ids)
        with flow._get_api() as api_client:
            for external_id, answer in api_client.get_levels(
                external_ids, BUTTON_SECONDS
            ):
                left.discard(external_id)
                if isinstance(answer, ClientError):
                    faults.append((external_id, answer))
                else:
                    levels += answer
            for external_id in left:
                error = AnswerTimeout(reason="no_time", host=flow.base_url)
                faults.append((external_id, error))
            return (levels, faults), api_client.calls

    @api.model
    def _before_run(self, flow, values):
        """A newer plan of all takes the place of what was held before."""
        if not values["preview"] and not values.get("delta"):
            flow._held_runs()._reject()
        return super()._before_run(flow, values)

    @api.model
    def _read(self, run, end):
        return self.env["stock.sync.read"]._read_run(run, end)

    @api.model
    def _end_planning(self, run):
        """The plan is made, or as much of it as the API gives for now: guard it."""
        is_waiting = run._is_waiting()
        if run._is_list() and not run.complete and not is_waiting:
            self.env["stock.sync.missing"]._leave_zeros(run)
        if run.preview:
            if not is_waiting:
                run._finish(None, run.error_code, run.error_facts)
        elif verdict := self.env["stock.sync.guard"]._guard(run):
            run._finish("held", "held_by_guard", verdict)
        else:
            run.state = "applying"

    @api.model
    def _apply_some(self, run):
        lines = self._next_lines(run)
        if lines:
            self._retrying(self._apply_lines, run, lines)
        return len(lines)

    @api.model
    def _is_left(self, run):
        return bool(self._next_lines(run))

    @api.model
    def _apply_held(self, run, lines=None):
        """Apply what a person has approved, as that person.

        :param lines: only these, the others go on waiting; by default all that wait
        :return: False when time was up before the end
        :raise UserError: where the backend cannot work now
        """
        run = run.with_env(self.env)
        flow = run.flow_id
        problem = flow._problem(self.env.user)
        if not problem and flow._has_run_at_work():
            problem = ("run_in_progress", {"backend": flow.name})
        if problem:
            raise UserError(run._explain(*problem))
        waiting = run._waiting_lines()
        left = waiting.browse()
        if lines is not None:
            left = waiting - lines.with_env(self.env)
            waiting -= left
            why = run._why_left()
            for line in left.filtered(lambda line: not line.error_code):
                line._hold(**why)
        waiting.write({"approved": True, "error_code": False, "error_facts": False})
        run.write(
            {
                "state": "applying",
                "approved": run.approved or (run.state == "held" and not left),
                "decided_by_id": self.env.user.id,
                "error_code": False,
                "error_facts": False,
            }
        )
        return self._continue_run(run)

    @api.model
    def _next_lines(self, run):
        return self.env["stock.sync.run.line"].search(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("error_code", "=", False),  # a held line waits for a person
            ],
            order="id",
            limit=APPLY_SIZE,
        )

    @api.model
    def _apply_lines(self, run, lines):
        """Apply a batch of planned lines and write down what became of them."""
        if run.state != "applying":
            return  # likewise, while another attempt was made
        record = self.env["stock.sync.record"]
        sites = run.flow_id._get_sites()
        outcomes = [record._outcome_of(line, sites) for line in lines.exists()]
        self.env["stock.sync.apply"]._apply(
            run, [outcome for outcome in outcomes if outcome.level]
        )
        record._settle(run, outcomes)
