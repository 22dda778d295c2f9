"""Texts that name a model; and what people have written about its fields."""

from odoo.tools import SQL

_BY_ID = "(SELECT model FROM ir_model WHERE ir_model.id = model_id)"

#: by table: what says which model a row is about, and where people write of it
_OF_PEOPLE = {
    "base_automation": (_BY_ID, ["filter_domain", "filter_pre_domain"]),
    "base_import_mapping": ("res_model", ["field_name"]),
    "ir_act_server": (_BY_ID, ["code", "update_path", "value"]),
    "ir_actions_server_history": (
        "(SELECT model FROM ir_act_server JOIN ir_model ON ir_model.id = model_id"
        " WHERE ir_act_server.id = action_id)",
        ["code"],
    ),
    "ir_act_window": ("res_model", ["context", "domain"]),
    "ir_embedded_actions": ("parent_res_model", ["context", "domain"]),
    "ir_exports_line": (
        "(SELECT resource FROM ir_exports WHERE ir_exports.id = export_id)",
        ["name"],
    ),
    "ir_filters": ("model_id", ["context", "domain", "sort"]),
    "ir_model_fields": ("model", ["compute", "depends", "domain", "related"]),
    "ir_rule": (_BY_ID, ["domain_force"]),
    "ir_ui_view": ("model", ["arch_db"]),
    "mail_template": (
        "model",
        ["body_html", "email_cc", "email_from", "email_to", "lang", "partner_to"]
        + ["reply_to", "scheduled_date", "subject"],
    ),
}
#: the same of what was said about records, which has links to others
_SAID = {
    "mail_activity": ("res_model", ["note"]),
    "mail_mail": (
        "(SELECT model FROM mail_message WHERE mail_message.id = mail_message_id)",
        ["body_html"],
    ),
    "mail_message": ("model", ["body"]),
}


def move(cr, names):
    """Give everything the present names.

    :param names: the module of that name
    """
    _rename_models(cr, names.MODELS)
    _rename_in_references(cr, names.MODELS)
    for table, (model, columns) in _OF_PEOPLE.items():
        _rename_in(cr, names, table, SQL(model), columns)
    for table, (model, columns) in _SAID.items():
        ours = SQL("%s = ANY(%s)", SQL(model), list(names.OURS))
        _rename_in(cr, names, table, SQL(model), columns, ours)


def _rename_models(cr, models):
    """In whatever column is there for the name of a model, of any addon."""
    cr.execute(
        """
        SELECT table_name, column_name
          FROM information_schema.columns
          JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = current_schema
           AND table_type = 'BASE TABLE'
           AND table_name <> 'ir_model'
           AND data_type = 'character varying'
           AND column_name ~ '(^|_)(model|resource|relation)(_id|_name)?$'
        """
    )
    for table, column in cr.fetchall():
        cr.execute(
            SQL(
                """
                UPDATE %(table)s
                   SET %(column)s = pair.present
                  FROM unnest(%(former)s::varchar[], %(present)s::varchar[])
                    AS pair (former, present)
                 WHERE %(table)s.%(column)s = pair.former
                """,
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                former=list(models),
                present=list(models.values()),
            )
        )


def _rename_in_references(cr, models):
    """In fields that link to records of any model: ``stock.sync.backend,7``."""
    for former, present in models.items():
        cr.execute(
            """
            UPDATE ir_model_fields_selection AS choice
               SET value = %s
              FROM ir_model_fields AS field
             WHERE field.id = choice.field_id
               AND field.ttype = 'reference'
               AND choice.value = %s
            """,
            [present, former],
        )
    cr.execute(
        "SELECT replace(model, '.', '_'), name FROM ir_model_fields"
        " WHERE ttype = 'reference' AND store"
    )
    for table, column in cr.fetchall():
        if column not in _types(cr, table):
            continue
        for former, present in models.items():
            cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s = replace(%(column)s, %(former)s,"
                    " %(present)s) WHERE %(column)s LIKE %(pattern)s",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    former=former,
                    present=present,
                    pattern=f"{former},%",
                )
            )


def _rename_in(cr, names, table, model, columns, where=None):
    types = _types(cr, table)
    for column in (column for column in columns if column in types):
        identifier = SQL.identifier(column)
        cr.execute(
            SQL(
                """
                SELECT id, %(model)s, %(column)s::text
                  FROM %(table)s
                 WHERE %(where)s AND %(column)s::text ~ %(pattern)s
                """,
                model=model,
                column=identifier,
                table=SQL.identifier(table),
                where=where or SQL("TRUE"),
                pattern=r"\m(backend_id|scope|stock\.sync\.)",
            )
        )
        for row_id, about, text in cr.fetchall():
            renamed = names.renamed(text, about)
            if renamed != text:
                cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s::%s WHERE id = %s",
                        SQL.identifier(table),
                        identifier,
                        renamed,
                        SQL(types[column]),
                        row_id,
                    )
                )


def _types(cr, table):
    """:return: dict of a column's name to its type; empty if there is no such table"""
    cr.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = %s",
        [table],
    )
    return dict(cr.fetchall())
