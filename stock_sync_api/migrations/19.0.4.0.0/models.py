"""What Odoo's own tables know of the former models, for the present ones.

Whatever other records are about a model, a field or a choice is so by a foreign key; it
goes to the present one, whichever addon it belongs to.
"""

from odoo.tools import SQL

#: what describes a model itself, by the column that says which, and is there for the
#: present one
_DESCRIPTIONS = {
    "ir_model": {
        ("ir_model_constraint", "model"): "ir.model.constraint",
        ("ir_model_fields", "model_id"): "ir.model.fields",
        ("ir_model_inherit", "model_id"): "ir.model.inherit",
        ("ir_model_inherit", "parent_id"): "ir.model.inherit",
    },
    "ir_model_fields": {
        ("ir_model_fields_selection", "field_id"): "ir.model.fields.selection",
    },
}
#: links that go with what has them
_OWN = {"ir_model_fields_group_rel", "ir_ui_view_group_rel"}

#: our rules for records that are the base's, and the base's for them
_RULES = {
    "stock_sync_backend_company_rule": "sync_flow_company_rule",
    "stock_sync_parameter_company_rule": "sync_parameter_company_rule",
    "stock_sync_run_company_rule": "sync_run_company_rule",
    "stock_sync_connection_test_own_rule": "sync_connection_test_own_rule",
}


def move(cr, names):
    """Have everything that is about a former model be about the present one.

    :param names: the module of that name
    """
    _keep_changed_rules(cr)
    _forget_access(cr, list(names.MODELS))
    ids = _model_ids(cr)
    for old, new in names.MODELS.items():
        if old not in ids:
            continue  # version 1 had no stock.sync.secret
        old_id, new_id = ids[old], ids[new]
        if new in names.OF_FLOW and new != "sync.parameter":  # which has both
            _rename_field(cr, old, "backend_id", "flow_id")
        _move_fields(cr, (old, old_id), (new, new_id))
        _point_to(cr, "ir_model", {old_id: new_id})
        _forget(cr, "ir.model", [old_id])
    _forget(cr, "ir.model", [ids[model] for model in names.ABSTRACT if model in ids])
    for model in names.OF_BACKEND:
        _rename_field(cr, model, "backend_id", "flow_id")
    _share_access(cr, ids)
    _move_views(cr)
    _name_default_backend(cr)


def _model_ids(cr):
    cr.execute("SELECT model, id FROM ir_model")
    return dict(cr.fetchall())


# --- fields ---


def _move_fields(cr, old, new):
    """A field that is there for the present model gets what was the former one's.

    Others, which the addon or people have given to it, move as they are.
    """
    old_fields, new_fields = _fields(cr, old[1]), _fields(cr, new[1])
    same = {
        field_id: new_fields[fname]
        for fname, field_id in old_fields.items()
        if fname in new_fields
    }
    _point_to(cr, "ir_model_fields", same)
    _point_to(cr, "ir_model_fields_selection", _same_choices(cr, same))
    _forget(cr, "ir.model.fields", list(same))
    moved = [fid for fname, fid in old_fields.items() if fname not in new_fields]
    cr.execute(
        "UPDATE ir_model_fields SET model = %s, model_id = %s WHERE id = ANY(%s)",
        [*new, moved],
    )
    _rename_ids(cr, moved, *(f"{name}__".replace(".", "_") for name, _id in (old, new)))


def _fields(cr, model_id):
    cr.execute("SELECT name, id FROM ir_model_fields WHERE model_id = %s", [model_id])
    return dict(cr.fetchall())


def _same_choices(cr, fields):
    """:return: dict of the ids of choices, from those of former to present fields"""
    cr.execute(
        """
        SELECT old.id, new.id
          FROM unnest(%s::int[], %s::int[]) AS field (old, new)
          JOIN ir_model_fields_selection AS old ON old.field_id = field.old
          JOIN ir_model_fields_selection AS new
            ON new.field_id = field.new AND new.value = old.value
        """,
        [list(fields), list(fields.values())],
    )
    return dict(cr.fetchall())


def _rename_field(cr, model, old, new):
    cr.execute(
        "UPDATE ir_model_fields SET name = %s WHERE model = %s AND name = %s"
        " RETURNING id",
        [new, model, old],
    )
    _rename_ids(cr, [field_id for (field_id,) in cr.fetchall()], f"__{old}", f"__{new}")


def _rename_ids(cr, field_ids, old, new):
    """The XML IDs of fields and of their choices, which have their names in them."""
    cr.execute(
        """
        UPDATE ir_model_data
           SET name = replace(name, %(old)s, %(new)s)
         WHERE (model = 'ir.model.fields' AND res_id = ANY(%(ids)s))
            OR (
                model = 'ir.model.fields.selection'
                AND res_id IN (
                    SELECT id FROM ir_model_fields_selection
                     WHERE field_id = ANY(%(ids)s)
                )
            )
        """,
        {"old": old, "new": new, "ids": field_ids},
    )


# --- access ---


def _keep_changed_rules(cr):
    """The base has rules of its own, which say what ours have said.

    Where people have changed ours (they are not updated), that holds from now on, too.
    """
    for former, present in _RULES.items():
        former_id = _id_of(cr, "stock_sync_api", former)
        present_id = _id_of(cr, "base_sync_api", present)
        if former_id:
            _copy_rule(cr, former_id, present_id)
    former_id = _id_of(cr, "stock_sync_api", "stock_sync_backend_company_rule")
    present_id = _id_of(cr, "base_sync_api", "sync_backend_company_rule")
    if former_id:
        _copy_rule(cr, former_id, present_id, "[('flow_ids', 'any', %s)]")


def _id_of(cr, module, name):
    cr.execute(
        "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
        [module, name],
    )
    row = cr.fetchone()
    return row and row[0]


def _copy_rule(cr, former_id, present_id, path="%s"):
    """
    :param path: the domain of the one, where another domain is in the other
    """
    cr.execute(
        """
        UPDATE ir_rule AS present
           SET domain_force = CASE WHEN former.domain_force = present.domain_force
                                   THEN former.domain_force
                                   ELSE replace(%s, '%%s', former.domain_force) END,
               active = former.active,
               perm_read = former.perm_read,
               perm_write = former.perm_write,
               perm_create = former.perm_create,
               perm_unlink = former.perm_unlink
          FROM ir_rule AS former
         WHERE present.id = %s AND former.id = %s
        """,
        [path, present_id, former_id],
    )
    cr.execute(
        """
        INSERT INTO rule_group_rel (rule_group_id, group_id)
        SELECT %s, group_id FROM rule_group_rel WHERE rule_group_id = %s
        """,
        [present_id, former_id],
    )


def _forget_access(cr, models):
    """Our own rights and rules; those that people have made stay."""
    of_ours = {"ir_model_access": "ir.model.access", "ir_rule": "ir.rule"}
    for table, model in of_ours.items():
        cr.execute(
            SQL(
                """
                SELECT line.id
                  FROM %s AS line
                  JOIN ir_model ON ir_model.id = line.model_id
                  JOIN ir_model_data AS data
                    ON data.model = %s AND data.res_id = line.id
                 WHERE data.module = 'stock_sync_api' AND ir_model.model = ANY(%s)
                """,
                SQL.identifier(table),
                model,
                models,
            )
        )
        _forget(cr, model, [line_id for (line_id,) in cr.fetchall()])


def _share_access(cr, ids):
    """Who has rights to a flow needs them to its backend, which was the same record."""
    cr.execute(
        """
        INSERT INTO ir_model_access (
            name, active, model_id, group_id,
            perm_read, perm_write, perm_create, perm_unlink)
        SELECT access.name, access.active, %(backend)s, access.group_id,
               perm_read, perm_write, perm_create, perm_unlink
          FROM ir_model_access AS access
     LEFT JOIN ir_model_data AS data
            ON data.model = 'ir.model.access' AND data.res_id = access.id
         WHERE access.model_id = %(flow)s
           AND data.module IS DISTINCT FROM 'base_sync_api'
        """,
        {"backend": ids["sync.backend"], "flow": ids["sync.flow"]},
    )


# --- views ---


def _move_views(cr):
    """What people have built on our views is built on the base's from now on."""
    cr.execute(
        """
        SELECT old.res_id, new.res_id
          FROM ir_model_data AS old
          JOIN ir_model_data AS new
            ON new.model = 'ir.ui.view'
           AND new.module = 'base_sync_api'
           AND new.name = regexp_replace(
                replace(old.name, 'stock_sync_backend_', 'stock_sync_flow_'),
                '^stock_', '')
         WHERE old.model = 'ir.ui.view' AND old.module = 'stock_sync_api'
        """
    )
    views = dict(cr.fetchall())
    # after what the addon adds to the base's view, which had all been one view
    cr.execute(
        "UPDATE ir_ui_view SET priority = GREATEST(priority, 17)"
        " WHERE inherit_id = ANY(%s)",
        [list(views)],
    )
    _point_to(cr, "ir_ui_view", views)
    _forget(cr, "ir.ui.view", list(views))


# --- records ---


def _name_default_backend(cr):
    """As Odoo does it for the other half of a record that has an XML ID.

    The half that refers to the other comes second, and so is first when the addon is
    uninstalled.
    """
    cr.execute(
        """
        INSERT INTO ir_model_data (
            module, name, model, res_id, noupdate,
            create_uid, create_date, write_uid, write_date)
        SELECT module, 'backend_default_sync_backend', 'sync.backend', res_id, noupdate,
               create_uid, create_date, write_uid, write_date
          FROM ir_model_data
         WHERE module = 'stock_sync_api' AND name = 'backend_default'
        """
    )
    cr.execute(
        """
        UPDATE ir_model_data
           SET id = nextval('ir_model_data_id_seq')
         WHERE module = 'stock_sync_api' AND name = 'backend_default'
        """
    )


# --- any table ---


def _point_to(cr, table, ids):
    """Have everything that is about these rows be about others.

    :param ids: dict of the ids of former to those of present rows
    """
    cr.execute(
        """
        SELECT child.relname, attname
          FROM pg_constraint
          JOIN pg_class AS child ON child.oid = conrelid
          JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND confrelid = %s::regclass
        """,
        [table],
    )
    for child, column in cr.fetchall():
        if child in _OWN or (child, column) in _DESCRIPTIONS.get(table, ()):
            continue
        cr.execute(
            SQL(
                """
                UPDATE %(table)s
                   SET %(column)s = pair.present
                  FROM unnest(%(former)s::int[], %(present)s::int[])
                    AS pair (former, present)
                 WHERE %(table)s.%(column)s = pair.former
                """,
                table=SQL.identifier(child),
                column=SQL.identifier(column),
                former=list(ids),
                present=list(ids.values()),
            )
        )


def _forget(cr, model, ids):
    """Remove rows and what describes them, with their XML IDs."""
    table = model.replace(".", "_")
    for (child, column), child_model in _DESCRIPTIONS.get(table, {}).items():
        cr.execute(
            SQL(
                "SELECT id FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(child),
                SQL.identifier(column),
                ids,
            )
        )
        _forget(cr, child_model, [child_id for (child_id,) in cr.fetchall()])
    cr.execute(SQL("DELETE FROM %s WHERE id = ANY(%s)", SQL.identifier(table), ids))
    cr.execute(
        "DELETE FROM ir_model_data WHERE model = %s AND res_id = ANY(%s)", [model, ids]
    )
