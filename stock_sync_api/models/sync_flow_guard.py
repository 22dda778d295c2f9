from odoo import fields, models
from odoo.fields import Domain


class SyncFlow(models.Model):
    """From when on changes of the stock wait for a person."""

    _inherit = "sync.flow"

    guard_zero_percent = fields.Integer(
        default=20,
        help="A run over all products is held if it would set more than this share of"
        " them to zero, by itself or together with the runs before it; also if it would"
        " empty all of 3 or more that have stock, unless this is 100.",
    )
    guard_change_percent = fields.Integer(
        default=50,
        help="A run over all products is held if it would change more than this share"
        " of those that have stock, or if together with the runs before it more than"
        " this share of the stock would be taken away; each product counts alike.",
    )
    guard_minimum = fields.Integer(
        default=10,
        help="Fewer products than this hold no run, unless they are all that have"
        " stock and would have none.",
    )
    guard_hours = fields.Integer(
        string="Together Within (Hours)",
        default=24,
        help="What the runs over all products of so many hours change together is"
        " judged as if one run had changed it, less what a person has approved or done."
        " 0: each run is judged by itself.",
    )
    guard_factor = fields.Float(
        default=10.0,
        help="A product that has stock is held if it would change by this factor…",
    )
    guard_difference = fields.Float(
        default=100.0,
        help="… and by at least this quantity. So is one that has nothing and would get"
        " more than twice the most that it ever had there, and so much more.",
    )
    guard_ceiling = fields.Float(
        string="Highest Quantity",
        default=1_000_000.0,
        help="A product is held if it would come to more than this quantity, and to"
        " more than it ever had there. 0: there is no such limit.",
    )
    guard_fall_percent = fields.Integer(
        string="Fall of the Catalogue (%)",
        default=50,
        help="A run that reads everything fails if the API knows fewer of the products"
        " than at the last good run, by more than this share. 0: however many are"
        " left, as long as there are any.",
    )
    expected_products = fields.Integer(
        readonly=True,
        copy=False,
        help="Number of products that the API knew when everything was last read in"
        " good order, or when somebody accepted a smaller catalogue.",
    )

    _guards_possible = models.Constraint(
        "CHECK(guard_hours >= 0 AND guard_ceiling >= 0 AND guard_fall_percent >= 0)",
        "The hours, quantities and shares of the guard cannot be negative.",
    )

    def _accept_catalogue(self, run):
        """A person says that the API rightly knows no more than in this run."""
        self.expected_products = run.confirmed
        self._end_pause()
        self.message_post(
            body=self.env._(
                "%(user)s has accepted that the API knows %(confirmed)s products, as in"
                " %(run)s.",
                user=self.env.user.name,
                confirmed=run.confirmed,
                run=run.display_name,
            ),
            author_id=self.env.user.partner_id.id,
        )

    def _held_runs_domain(self):
        return super()._held_runs_domain() | Domain(
            "line_ids",
            "any",
            Domain("state", "=", "planned")
            & Domain("error_code", "=", "held_by_guard"),
        )

    def _after_good_run(self, run):
        # What a good run over everything knew is expected from now on.
        if run.complete and not run.delta and run.trigger != "revert":
            if self.expected_products != run.confirmed:
                self.expected_products = run.confirmed
        return super()._after_good_run(run)
