from odoo.tools import SQL
from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Secrets have a table of their own."""
    with_secrets = [
        table
        for table in ("stock_sync_backend", "stock_sync_parameter")
        if column_exists(cr, table, "secret")
    ]
    if with_secrets:
        cr.execute(
            """
            CREATE TABLE IF NOT EXISTS stock_sync_secret (
                id serial PRIMARY KEY,
                create_uid integer,
                create_date timestamp,
                write_uid integer,
                write_date timestamp,
                value varchar NOT NULL
            )
            """
        )
    for table in with_secrets:
        _move_secrets(cr, SQL.identifier(table))


def _move_secrets(cr, table):
    cr.execute(SQL("ALTER TABLE %s ADD COLUMN IF NOT EXISTS secret_id integer", table))
    cr.execute(SQL("SELECT id, secret FROM %s WHERE secret <> ''", table))
    for row_id, secret in cr.fetchall():
        cr.execute(
            "INSERT INTO stock_sync_secret (create_uid, create_date, value)"
            " VALUES (1, now() at time zone 'UTC', %s) RETURNING id",
            [secret],
        )
        cr.execute(
            SQL(
                "UPDATE %s SET secret_id = %s WHERE id = %s",
                table,
                cr.fetchone()[0],
                row_id,
            )
        )
    cr.execute(SQL("ALTER TABLE %s DROP COLUMN secret", table))
