import logging
from collections import defaultdict

from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import column_exists

from odoo.addons.base_sync_api.hooks import remove_traces

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Adopt the external ids of a manual ``x_external_id`` field, if there was one.

    Such a field has its values in a column, which our computed field leaves alone.
    """
    ids_by_product = dict(_read_column(env, "product_product", _VARIANT_VALUES))
    for product_id, external_id in _read_column(
        env, "product_template", _TEMPLATE_VALUES
    ):
        ids_by_product.setdefault(product_id, external_id)
    products_by_flow_and_id = defaultdict(list)
    for product in env["product.product"].browse(ids_by_product):
        external_id = ids_by_product[product.id].strip()
        if external_id:
            key = (product._sync_flow(), external_id)
            products_by_flow_and_id[key].append(product)
    for (_flow, external_id), products in products_by_flow_and_id.items():
        if len(products) > 1:
            _logger.warning(
                "The external id %s was not adopted: the products %s share it",
                external_id,
                [product.id for product in products],
            )
            continue
        try:
            with env.cr.savepoint():
                products[0]._bind(external_id)
        except UserError as error:  # it must not stop the installation
            _logger.warning(
                "The external id %r of product %s was not adopted: %s",
                external_id,
                products[0].id,
                error,
            )
    for template_id, external_id in _read_column(
        env, "product_template", _AMBIGUOUS_TEMPLATE_VALUES
    ):
        _logger.warning(
            "The external id %r of product template %s was not adopted: it has several"
            " variants, or none",
            external_id,
            template_id,
        )


_VARIANT_VALUES = SQL(
    """
    SELECT id, x_external_id::text
      FROM product_product
     WHERE x_external_id IS NOT NULL
    """
)

# A template with several variants does not say which of them it means.
_TEMPLATE_VALUES = SQL(
    """
    SELECT COALESCE(MIN(product.id) FILTER (WHERE product.active), MIN(product.id)),
           MIN(template.x_external_id::text)
      FROM product_template AS template
      JOIN product_product AS product ON product.product_tmpl_id = template.id
     WHERE template.x_external_id IS NOT NULL
  GROUP BY template.id
    HAVING COUNT(*) FILTER (WHERE product.active) = 1 OR COUNT(*) = 1
    """
)

_AMBIGUOUS_TEMPLATE_VALUES = SQL(
    """
    SELECT template.id, template.x_external_id::text
      FROM product_template AS template
     WHERE TRIM(template.x_external_id::text) != ''
       AND NOT (
            SELECT COUNT(*) FILTER (WHERE product.active) = 1 OR COUNT(*) = 1
              FROM product_product AS product
             WHERE product.product_tmpl_id = template.id
       )
    """
)


def _read_column(env, table, query):
    if not column_exists(env.cr, table, "x_external_id"):
        return []
    return env.execute_query(query)


def uninstall_hook(env):
    """Give adopted manual fields back, with the external ids of today.

    Without them, the database's own views that show them would break. Where a product
    has no external id now, the column still has what it had before.
    """
    env.flush_all()
    for name in ("product.template", "product.product"):
        if column_exists(env.cr, env[name]._table, "x_external_id"):
            _fill_column(env[name])
            _make_manual(env["ir.model.fields"]._get(name, "x_external_id"))
    # Odoo would leave its note of this relation's foreign key.
    env["ir.model.constraint"].search(
        [("module.name", "=", "stock_sync_api"), ("model.model", "=", "stock.move")]
    ).unlink()
    remove_traces(env, "stock_sync_api")
    _forget_fields_of_products(env)
    env.invalidate_all()


def _forget_fields_of_products(env):
    """Where exports and imports name them by their text."""
    fnames = ["last_sync_date", "sync_state", "sync_error_message"]
    if not any(
        column_exists(env.cr, table, "x_external_id")
        for table in ("product_template", "product_product")
    ):
        fnames.append("x_external_id")  # it is not given back
    if "base_import.mapping" in env:
        env["base_import.mapping"].search([("field_name", "in", fnames)]).unlink()
    env["ir.exports.line"].search([("name", "in", fnames)]).unlink()


def _fill_column(model):
    table = SQL.identifier(model._table)
    model.env.cr.execute(
        SQL("ALTER TABLE %s ALTER COLUMN x_external_id TYPE varchar", table)
    )
    model.env.cr.execute(
        SQL(
            "UPDATE %(table)s SET x_external_id = %(value)s"
            " WHERE %(value)s IS NOT NULL",
            table=table,
            value=model._field_to_sql(model._table, "x_external_id"),
        )
    )


def _make_manual(field):
    # The ORM refuses to change what a module defines.
    field.env.cr.execute(
        SQL(
            "UPDATE ir_model_fields SET state = 'manual', store = true WHERE id = %s",
            field.id,
        )
    )
    field.env["ir.model.data"].search(
        [("model", "=", field._name), ("res_id", "=", field.id)]
    ).unlink()
