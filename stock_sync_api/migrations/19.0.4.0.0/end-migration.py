import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """People's changes of our forms and lists are changes of the base's now.

    One that does not fit them would keep everybody from opening the form.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    views = _views_of_people(env)
    views.active = False
    for view in views:
        try:
            with cr.savepoint():
                view.active = True  # checks it, together with those before it
        except ValidationError:
            _logger.warning(
                "The view %s (%s) of %s does not fit the form or list that it changes"
                " any more: it was archived.",
                view.name,
                view.id,
                view.model,
            )


def _views_of_people(env):
    """Those on the base's views, which had been on ours."""
    ids = env["ir.model.data"].search(
        [("module", "=", "base_sync_api"), ("model", "=", "ir.ui.view")]
    )
    views = env["ir.ui.view"].search([("inherit_id", "in", ids.mapped("res_id"))])
    with_id = env["ir.model.data"].search(
        [("model", "=", "ir.ui.view"), ("res_id", "in", views.ids)]
    )
    return views - views.browse(with_id.mapped("res_id"))
