"""What must hold in a database after any history: each query finds what is wrong."""

from bound_products import stock
from scheduled_odoo import ScheduledOdoo

_MOVED = """
    SELECT rel.line_id,
           sum(CASE WHEN move.location_dest_id = line.location_id
                    THEN move.quantity ELSE -move.quantity END) AS quantity,
           bool_and(move.state = 'done') AS done
      FROM stock_sync_run_line_move_rel rel
      JOIN stock_move move ON move.id = rel.move_id
      JOIN stock_sync_run_line line ON line.id = rel.line_id
  GROUP BY rel.line_id
"""

WRONG = {
    "lines whose moves are not what their difference says": f"""
        SELECT line.id, line.state, quantity_before, quantity_after, moved.quantity
          FROM stock_sync_run_line line
     LEFT JOIN ({_MOVED}) AS moved ON moved.line_id = line.id
         WHERE NOT coalesce(moved.done, true)
            OR coalesce(moved.quantity, 0) <> CASE line.state
                    WHEN 'applied' THEN quantity_after - quantity_before ELSE 0 END
    """,
    "moves of a synchronisation that no line, or more than one, tells of": """
        SELECT move.id
          FROM stock_move move
          JOIN sync_flow backend
            ON starts_with(move.inventory_name, backend.name || ' #')
     LEFT JOIN stock_sync_run_line_move_rel rel ON rel.move_id = move.id
      GROUP BY move.id
        HAVING count(rel.line_id) <> 1
    """,
    "stock that is not the sum of its moves": """
        SELECT product_id, location_id, sum(moved), sum(stock)
          FROM (SELECT product_id, location_dest_id AS location_id,
                       quantity AS moved, 0 AS stock
                  FROM stock_move_line WHERE state = 'done'
                 UNION ALL
                SELECT product_id, location_id, -quantity, 0
                  FROM stock_move_line WHERE state = 'done'
                 UNION ALL
                SELECT product_id, location_id, 0, quantity
                  FROM stock_quant) AS entries
      GROUP BY product_id, location_id
        HAVING sum(moved) <> sum(stock)
    """,
    "runs that count other changes than their lines show": """
        SELECT run.id, run.changed, count(line.id)
          FROM sync_run run
     LEFT JOIN stock_sync_run_line line
            ON line.run_id = run.id AND line.state = 'applied'
           AND line.quantity_before <> line.quantity_after
      GROUP BY run.id
        HAVING run.changed <> count(line.id)
    """,
    "lines with a plan in a run that is over": """
        SELECT line.id
          FROM stock_sync_run_line line
          JOIN sync_run run ON run.id = line.run_id
         WHERE line.state = 'planned'
           AND run.state NOT IN ('planning', 'applying', 'interrupted')
    """,
}

DUPLICATES = """
    SELECT product_id, location_id, count(*)
      FROM stock_quant
  GROUP BY product_id, location_id, company_id, lot_id, package_id, owner_id
    HAVING count(*) > 1
"""

_LEVELS = """
    SELECT binding.external_id, level.quantity
      FROM stock_sync_binding binding
 LEFT JOIN stock_sync_level level ON level.binding_id = binding.id
"""

#: levels that were not accepted in the backend's last run
_OLD_LEVELS = """
    SELECT level.id, level.date, level.accepted_by_run
      FROM stock_sync_level level
      JOIN stock_sync_binding binding ON binding.id = level.binding_id
      JOIN sync_run run
        ON run.id = (SELECT max(id) FROM sync_run last
                      WHERE last.flow_id = binding.flow_id)
     WHERE level.accepted_by_run <> run.id
        OR level.date NOT BETWEEN run.start_date AND run.end_date
"""
_TROUBLES = """
    SELECT external_id, coalesce(error_code, state)
      FROM stock_sync_binding
     WHERE state <> 'ok' OR error_code IS NOT NULL
"""


def check_books(odoo: ScheduledOdoo) -> None:
    """Nothing was applied twice, or without being written down."""
    for what, sql in WRONG.items():
        assert odoo.query(sql) == [], what


def check_no_duplicates(odoo: ScheduledOdoo) -> None:
    assert odoo.query(DUPLICATES) == []


def troubles(odoo: ScheduledOdoo) -> set[tuple[str, str]]:
    """External ids, and why they could not be set."""
    return {*odoo.query(_TROUBLES)}


def check_equal(odoo: ScheduledOdoo, quantities: dict[str, float]) -> None:
    """Odoo has what the API says, and its levels of the last run say so as well.

    :param quantities: what the API says, by external id
    """
    assert troubles(odoo) == set()
    assert stock(odoo) == quantities
    assert dict(odoo.query(_LEVELS)) == quantities
    assert odoo.query(_OLD_LEVELS) == []
