from odoo import fields, models
from odoo.exceptions import UserError


class StockSyncRun(models.Model):
    """How many products the API knew, and a person's word that it is all right."""

    _inherit = "stock.sync.run"

    confirmed = fields.Integer(
        string="Known by the API",
        readonly=True,
        help="Products with an external ID that the API knew, in a run that reads"
        " everything.",
    )

    def action_accept_catalogue(self):
        """From now on the API is expected to know as many products as in this run."""
        self._check_may_decide()
        self.ensure_one()
        if self.error_code != "catalogue_lost" or not self.confirmed:
            raise UserError(self.env._("This run has found no catalogue to accept."))
        self.sudo().decided_by_id = self.env.user
        backend = self.backend_id.sudo()
        backend.expected_products = self.confirmed
        backend._end_pause()
        backend.message_post(
            body=self.env._(
                "%(user)s has accepted that the API knows %(confirmed)s products, as in"
                " %(run)s.",
                user=self.env.user.name,
                confirmed=self.confirmed,
                run=self.display_name,
            ),
            author_id=self.env.user.partner_id.id,
        )
        return self.env["stock.sync.service"]._notification(
            "success",
            self.env._("The next run over all products goes by this catalogue."),
        )
