import logging

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.base_sync_api.client import ClientError

_logger = logging.getLogger(__name__)


class StockSyncRead(models.AbstractModel):
    """Finds out whether lists of changes have kept something from us.

    Some APIs do not move the time of a row when its stock changes, or compare times of
    another zone. Only a whole list shows it: a quantity that is not the last accepted
    one, and that no list of changes has mentioned since the whole list before.
    """

    _inherit = "stock.sync.read"

    @api.model
    def _look_for_drift(self, run):
        """Ask for the changes once more, where a whole list has found some.

        What has changed since the last run is among them, if the API keeps its word.
        """
        lines = self._candidates(run)
        if not lines:
            return
        changed = set(lines.mapped("external_id"))
        try:
            mentioned = self._mentioned(run, changed)
        except ClientError as error:
            # Nothing is known then; the next whole run looks again.
            _logger.info(
                "Run %s could not check its list of changes: %s", run.id, error.code
            )
            return
        missed = lines.filtered(lambda line: line.external_id not in mentioned)
        if missed:
            missed.missed_by_delta = True
            products = set(missed.mapped("external_id"))
            run.write({"drift_count": len(products), "drift_total": len(changed)})

    @api.model
    def _candidates(self, run):
        """The lines whose number has changed, unmentioned in any run since the last
        whole one.
        """
        Line = self.env["stock.sync.run.line"]
        flow = run.flow_id
        if run.preview or run.delta or not flow._can_delta():
            return Line
        previous = flow._last_whole_run(before=run)
        if not previous:
            return Line
        deltas = self.env["sync.run"].search(
            flow._whole_runs_domain(before=run)
            & Domain("delta", "=", True)
            & Domain("id", ">", previous.id)
        )
        if not deltas:
            return Line
        lines = Line.search([("run_id", "=", run.id), ("api_changed", "=", True)])
        told = Line.search(
            [
                ("run_id", "in", deltas.ids),
                ("binding_id", "in", lines.binding_id.ids),
            ]
        )
        return lines.filtered(lambda line: line.binding_id not in told.binding_id)

    @api.model
    def _mentioned(self, run, external_ids):
        """Which of the ids a list of changes names; read no further than needed.

        :raise ClientError: where it cannot be read
        """
        mentioned = set()
        since = run.flow_id._delta_values(before=run)
        with run.flow_id._get_api() as api_client:
            for page in api_client.pages(
                since=since.get("since_date"),
                version=since.get("since_version") or None,
            ):
                mentioned.update(level.external_id for level in page.levels)
                mentioned.update(external_id for external_id, _error in page.faults)
                if external_ids <= mentioned:
                    break
            run.api_calls += api_client.calls
        return mentioned
