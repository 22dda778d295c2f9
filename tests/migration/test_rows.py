"""Every row is there after the upgrade, and the structure is that of a new database."""

import re
from collections import Counter

from earlier_company import SECRETS
from earlier_odoo import places
from odoo_database import OdooDatabase
from structure import structure
from upgraded import ABOUT, KEPT, MOVED, SECRET, Upgraded, changed

#: with their definitions
_DEFINITIONS = """
    SELECT 'column', concat_ws(' ', table_name, column_name, udt_name, is_nullable)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint',
                     concat_ws(' ', conrelid::regclass, conname,
                               pg_get_constraintdef(oid))
      FROM pg_constraint
    UNION ALL SELECT 'known constraint', concat_ws(' ', c.name, c.type, m.model)
      FROM ir_model_constraint c JOIN ir_model m ON m.id = c.model
    UNION ALL SELECT 'parent', concat_ws(' ', m.model, parent.model)
      FROM ir_model_inherit i
      JOIN ir_model m ON m.id = i.model_id
      JOIN ir_model parent ON parent.id = i.parent_id
    UNION ALL SELECT 'choice', concat_ws(' ', f.model, f.name, s.value)
      FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id
    UNION ALL SELECT 'field', concat_ws(
                     ' ', model, name, ttype, relation, relation_field, store, related)
      FROM ir_model_fields
    UNION ALL SELECT 'right', concat_ws(' ', a.name, m.model)
      FROM ir_model_access a JOIN ir_model m ON m.id = a.model_id
    UNION ALL SELECT 'rule', concat_ws(' ', r.name, m.model)
      FROM ir_rule r JOIN ir_model m ON m.id = r.model_id
    UNION ALL SELECT 'view', concat_ws(' ', model, name, mode) FROM ir_ui_view
    UNION ALL SELECT 'action', concat_ws(' ', res_model, name) FROM ir_act_window
"""
#: of what people had made in ``earlier_company``, and what it is tied to
_OF_PEOPLE = re.compile(
    r"x_(about|contact_id|remark|backend_id)|ir_sequence_\d|Auditors|Our Backends"
    r"|Contact on the form|Remark in the list|Fits no more"
    r"|stock_sync_api\.keep_days"
)
_FORMER_NAMES = (
    r"stock([._])sync\1(backend|run|parameter|preset|secret|connection\1test)"
    r"(?![._a-z@])"  # a message keeps its number, to which people answer
)
#: what a server notes of its own work; XML IDs, of which menus' and actions' stay
_MAY_HAVE_FORMER_NAMES = ("ir_logging", "ir_model_data", "bus_bus")


def test_the_log_names_what_fits_no_more(upgraded: Upgraded) -> None:
    [warning] = upgraded.log
    assert "Fits no more" in warning and "was archived" in warning


def test_the_structure_is_that_of_a_new_database(
    upgraded: Upgraded, installed: OdooDatabase
) -> None:
    def seen(database: OdooDatabase) -> Counter[tuple[str, str]]:
        found = [*structure(database), *database.query(_DEFINITIONS)]
        return Counter(row for row in found if not _OF_PEOPLE.search(row[1]))

    present, new = seen(upgraded.database), seen(installed)
    assert (present - new, new - present) == (Counter(), Counter())


def test_a_backend_is_a_backend_and_its_flow(upgraded: Upgraded) -> None:
    flows, backends = upgraded.after("sync_flow"), upgraded.after("sync_backend")
    before = upgraded.before["stock_sync_backend"]
    assert len(before) == len(flows) == len(backends) == 5
    for row in before:
        flow, backend = flows[row["id"]], backends[row["id"]]
        assert changed(row, {**flow, **backend}) <= _CHANGED[upgraded.version]
        assert changed(row, {**backend, **flow}) <= _CHANGED[upgraded.version]
        assert flow["backend_id"] == flow["id"]
        assert (flow["kind"], flow["schedule_by"]) == ("stock_level", "action")


#: what the scripts of 19.0.2 and 19.0.3 give to backends
_CHANGED = {
    "19.0.1.0.0": {"responsible_id", "list_is_partial", "write_date"},
    "19.0.2.0.0": {"list_is_partial", "write_date"},
    "19.0.3.0.0": set(),
}


def test_secrets_stay_and_are_in_no_other_table(upgraded: Upgraded) -> None:
    values = {id_: row["value"] for id_, row in upgraded.after("sync_secret").items()}
    assert sorted(values.values()) == sorted(SECRETS.values())
    for former, present in (
        ("stock_sync_backend", "sync_backend"),
        ("stock_sync_parameter", "sync_parameter"),
    ):
        now = upgraded.after(present)
        kept = {row["id"]: row["value"] for row in upgraded.before["stock_sync_secret"]}
        for row in upgraded.before[former]:
            secret = row.get(SECRET) or kept.get(row.get("secret_id"))
            assert values.get(now[row["id"]]["secret_id"]) == secret
    found = _tables_with(upgraded.database, "|".join(SECRETS.values()))
    assert found == {"sync_secret": len(SECRETS)}


def _tables_with(database: OdooDatabase, pattern: str) -> dict[str, int]:
    """The tables with rows that have something in them, and how many."""
    tables = database.query(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    counts = database.query(
        " UNION ALL ".join(
            f"SELECT '{table}', count(*) FROM \"{table}\" AS t"
            f" WHERE t::text ~ '{pattern}'"
            for (table,) in tables
        )
    )
    return {table: count for table, count in counts if count}


def test_rows_that_moved_are_the_same(upgraded: Upgraded) -> None:
    parameters = upgraded.after("sync_parameter")
    for row in upgraded.before["stock_sync_parameter"]:
        assert changed(row, parameters[row["id"]]) == set()
        assert parameters[row["id"]]["flow_id"] == row["backend_id"]
    runs = upgraded.after("sync_run")
    before = upgraded.before["stock_sync_run"]
    assert len(runs) == len(before) >= 11
    assert {"held", "planning", "done", "failed"} <= {row["state"] for row in before}
    for row in before:
        run = runs[row["id"]]
        scope = {"backend": "all", "products": "chosen"}[row["scope"]]
        wanted = {**row, "scope": scope, "flow_id": row["backend_id"]}
        assert changed(wanted, run) - {"backend_id"} <= _RESTARTED[upgraded.version]


#: 19.0.3 had runs that were reading begin again
_RESTARTED = {
    "19.0.1.0.0": {"plan_state"},
    "19.0.2.0.0": {"plan_state"},
    "19.0.3.0.0": set(),
}


def test_presets_are_updated_and_one_s_own_stay(upgraded: Upgraded) -> None:
    presets = upgraded.after("sync_preset")
    before = {row["id"]: row for row in upgraded.before["stock_sync_preset"]}
    assert presets.keys() == before.keys()
    assert {row["kind"] for row in presets.values()} == {"stock_level"}
    [own] = [row for row in before.values() if row["name"] == "Our Own"]
    assert changed(own, presets[own["id"]]) == set()
    assert own["description"]["fr_FR"] == "Le nôtre"
    [square] = [row for row in before.values() if row["name"].startswith("Square")]
    now = presets[square["id"]]
    assert now["active"] is False
    assert now["description"].keys() >= square["description"].keys()


def test_rows_that_may_be_many_are_not_written(upgraded: Upgraded) -> None:
    assert places(upgraded.database) == upgraded.places


def test_rows_that_stay_are_the_same(upgraded: Upgraded) -> None:
    for table in KEPT:
        now = upgraded.database.query(f"SELECT to_jsonb(t) FROM {table} t")
        before = upgraded.before[table]
        assert before
        present = {"backend_id": "flow_id"}
        assert [
            {name: row[present.get(name, name)] for name in before[0]} for (row,) in now
        ] == before


def test_new_rows_have_ids_of_their_own(upgraded: Upgraded) -> None:
    for table in ("sync_backend", *MOVED.values()):
        last = upgraded.one(f"SELECT max(id) FROM {table}")
        assert upgraded.one(f"SELECT nextval('{table}_id_seq')") > last


def test_halves_of_a_record_can_be_uninstalled(upgraded: Upgraded) -> None:
    """The later one goes first, and refers to the other."""
    names = upgraded.database.query(
        "SELECT model FROM ir_model_data WHERE name ~ '^backend_default' ORDER BY id"
    )
    assert names == [("sync.backend",), ("sync.flow",)]


def test_nothing_has_a_former_name(upgraded: Upgraded) -> None:
    found = _tables_with(upgraded.database, _FORMER_NAMES)
    assert {table for table in found if table not in _MAY_HAVE_FORMER_NAMES} == set()
    of_records = upgraded.one(
        f"SELECT count(*) FROM ir_model_data WHERE model ~ '{_FORMER_NAMES}'"
    )
    assert of_records == 0


def test_what_is_about_records_is_about_them_now(upgraded: Upgraded) -> None:
    models = {"stock.sync.backend": "sync.flow"}
    for table in ABOUT:
        now = upgraded.after(table)
        model = "model" if table == "mail_message" else "res_model"
        ours = [row for row in upgraded.before[table] if row[model] in models]
        assert ours
        for row in ours:
            wanted = {**row, model: models[row[model]]}
            assert changed(wanted, now[row["id"]]) <= {"res_model_id", "note", "body"}
            if "res_model_id" in row:
                assert now[row["id"]]["res_model_id"] == upgraded.one(
                    "SELECT id FROM ir_model WHERE model = 'sync.flow'"
                )
    assert upgraded.database.query(
        "SELECT DISTINCT model, name FROM mail_tracking_value"
        " JOIN ir_model_fields field ON field.id = field_id WHERE old_value_char = 'a'"
    ) == [("sync.flow", "base_url")]
