"""The rows of the former tables, in those that the base has made."""

from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import table_exists

#: the base's models that have records; later ones refer to earlier ones
MOVED = (
    "sync.secret",
    "sync.preset",
    "sync.backend",
    "sync.flow",
    "sync.parameter",
    "sync.run",
)
_KIND = SQL("'stock_level'")
#: columns that are new, or have other values
_VALUES = {
    "sync.preset": {"kind": _KIND},
    "sync.flow": {"kind": _KIND, "backend_id": SQL("id")},
    "sync.parameter": {"flow_id": SQL("backend_id")},
    "sync.run": {
        "flow_id": SQL("backend_id"),
        "scope": SQL(
            "CASE scope WHEN 'backend' THEN 'all' WHEN 'products' THEN 'chosen' END"
        ),
    },
}
#: what a flow has beside its backend, although both have it
_OF_BOTH = {"id", "name", "company_id"}
_AUDIT = {"create_uid", "create_date", "write_uid", "write_date"}


def move(cr, names):
    """Move records to the base's tables, with the ids that they have.

    :param names: the module of that name
    """
    for table in ("stock_sync_backend", "stock_sync_parameter"):
        # What version 1 had in the clear is in a table of its own since then.
        cr.execute(
            SQL("ALTER TABLE %s DROP COLUMN IF EXISTS secret", SQL.identifier(table))
        )
    former = {new: old for old, new in names.MODELS.items()}
    former["sync.backend"] = "stock.sync.backend"
    for model in MOVED:
        _copy(cr, former[model], model, names)
    _forget_tests(cr)
    for model in names.OF_BACKEND:
        _rename_column(cr, names.table(model))
    for old, new in names.MODELS.items():
        _point_to(cr, names.table(old), names.table(new))
    for old in names.MODELS:
        cr.execute(SQL("DROP TABLE %s CASCADE", SQL.identifier(names.table(old))))


def _copy(cr, old, new, names):
    """
    :raise UserError: there are records already, whose ids may be the same
    """
    source, target = names.table(old), names.table(new)
    cr.execute(SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(target)))
    if cr.rowcount:
        raise UserError(
            f"{new} has records already. Upgrade stock_sync_api before other addons"
            " that depend on base_sync_api are installed."
        )
    columns = _columns(cr, source)
    values = {column: SQL.identifier(column) for column in columns}
    existing = _columns(cr, target)
    if new == "sync.backend":
        values = {column: values[column] for column in columns if column in existing}
    else:
        if new == "sync.flow":
            shared = _columns(cr, "sync_backend").keys() - _OF_BOTH - _AUDIT
            values = {c: values[c] for c in columns if c not in shared}
        elif new == "sync.run":
            del values["backend_id"]  # a flow has runs, and no longer the backend
    values.update(_VALUES.get(new, {}))
    for column in existing.keys() - values.keys():
        # Odoo makes it again, with what records that it is new to begin with.
        cr.execute(
            SQL(
                "ALTER TABLE %s DROP COLUMN %s",
                SQL.identifier(target),
                SQL.identifier(column),
            )
        )
    for column in values.keys() - existing.keys():
        cr.execute(
            SQL(
                "ALTER TABLE %s ADD COLUMN %s %s",
                SQL.identifier(target),
                SQL.identifier(column),
                SQL(columns[column]),
            )
        )
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s ORDER BY id",
            SQL.identifier(target),
            SQL(", ").join(map(SQL.identifier, values)),
            SQL(", ").join(values.values()),
            SQL.identifier(source),
        )
    )
    cr.execute(
        SQL(
            "SELECT setval(%s, last_value, is_called) FROM %s",
            f"{target}_id_seq",
            SQL.identifier(f"{source}_id_seq"),
        )
    )


def _columns(cr, table):
    """:return: dict of a column's name to its type"""
    cr.execute(
        SQL(
            """
            SELECT attname, format_type(atttypid, atttypmod)
              FROM pg_attribute
             WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
          ORDER BY attnum
            """,
            table,
        )
    )
    return dict(cr.fetchall())


def _forget_tests(cr):
    """Tests of a connection live for an hour anyway."""
    for table in ("row", "location"):
        table = f"stock_sync_connection_test_{table}"
        if table_exists(cr, table):
            cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))


def _rename_column(cr, table):
    """``backend_id`` is ``flow_id``; no row is written for that."""
    link = f"{table}_backend_id_fkey"  # made again when the addon is loaded
    cr.execute(
        SQL(
            "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s",
            SQL.identifier(table),
            SQL.identifier(link),
        )
    )
    cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", [link])
    cr.execute(
        SQL("ALTER TABLE %s RENAME COLUMN backend_id TO flow_id", SQL.identifier(table))
    )
    cr.execute(
        SQL(
            "ALTER INDEX IF EXISTS %s RENAME TO %s",
            SQL.identifier(f"{table}__backend_id_index"),
            SQL.identifier(f"{table}__flow_id_index"),
        )
    )
    # from PostgreSQL 18 on, that a column is not null has a name
    cr.execute(
        "SELECT conname FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND conname LIKE '%%\\_backend\\_id\\_%%'",
        [table],
    )
    for (name,) in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER TABLE %s RENAME CONSTRAINT %s TO %s",
                SQL.identifier(table),
                SQL.identifier(name),
                SQL.identifier(name.replace("_backend_id_", "_flow_id_")),
            )
        )


def _point_to(cr, old, new):
    """Have all links to a table go to another one, those of other addons too."""
    cr.execute(
        SQL(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE contype = 'f' AND confrelid = %s::regclass AND conrelid <> confrelid
            """,
            old,
        )
    )
    for table, name, definition in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s",
                SQL(table),
                SQL.identifier(name),
                SQL.identifier(name),
                SQL(definition.replace(f" {old}(", f" {new}(").replace("%", "%%")),
            )
        )
