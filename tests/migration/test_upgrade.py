"""What an earlier version has made is there after the upgrade, and works."""

import re
from collections import Counter
from typing import Any

from earlier_company import SECRETS
from earlier_odoo import places
from local_api import LocalApi
from odoo_database import OdooDatabase
from structure import structure
from upgraded import ABOUT, KEPT, MOVED, Upgraded

#: with their definitions
_DEFINITIONS = """
    SELECT 'column', concat_ws(' ', table_name, column_name, udt_name, is_nullable)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint',
                     concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
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
    r"x_(contact_id|remark|backend_id)|ir_sequence_\d|Auditors|Contact on the form|Remark in the list|Fits no more|Our Backends"
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
        assert _changed(row, {**flow, **backend}) <= _CHANGED[upgraded.version]
        assert _changed(row, {**backend, **flow}) <= _CHANGED[upgraded.version]
        assert flow["backend_id"] == flow["id"]
        assert (flow["kind"], flow["schedule_by"]) == ("stock_level", "action")


#: what the scripts of 19.0.2 and 19.0.3 give to backends
_CHANGED = {
    "19.0.1.0.0": {"responsible_id", "list_is_partial", "write_date"},
    "19.0.2.0.0": {"list_is_partial", "write_date"},
    "19.0.3.0.0": set(),
}
#: which 19.0.1 had in the clear
_SECRET = "secret"


def _changed(row: dict[str, Any], present: dict[str, Any]) -> set[str]:
    """The names of columns whose values are other ones now."""
    return {name for name in row if name != _SECRET and row[name] != present.get(name)}


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
            secret = row.get(_SECRET) or kept.get(row.get("secret_id"))
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
            f"SELECT '{table}', count(*) FROM \"{table}\" AS t WHERE t::text ~ '{pattern}'"
            for (table,) in tables
        )
    )
    return {table: count for table, count in counts if count}


def test_rows_that_moved_are_the_same(upgraded: Upgraded) -> None:
    parameters = upgraded.after("sync_parameter")
    for row in upgraded.before["stock_sync_parameter"]:
        assert _changed(row, parameters[row["id"]]) == set()
        assert parameters[row["id"]]["flow_id"] == row["backend_id"]
    runs = upgraded.after("sync_run")
    before = upgraded.before["stock_sync_run"]
    assert len(runs) == len(before) >= 11
    assert {"held", "planning", "done", "failed"} <= {row["state"] for row in before}
    for row in before:
        run = runs[row["id"]]
        scope = {"backend": "all", "products": "chosen"}[row.pop("scope")]
        assert (run["flow_id"], run["scope"]) == (row.pop("backend_id"), scope)
        assert _changed(row, run) <= _RESTARTED[upgraded.version]


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
    assert _changed(own, presets[own["id"]]) == set()
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
        for row in before:
            if "backend_id" in row:
                row["flow_id"] = row.pop("backend_id")
        known = set(before[0])
        assert [{name: row[name] for name in known} for (row,) in now] == before


def test_new_rows_have_ids_of_their_own(upgraded: Upgraded) -> None:
    for table in ("sync_backend", *MOVED.values()):
        last = upgraded.one(f"SELECT max(id) FROM {table}")
        assert upgraded.one(f"SELECT nextval('{table}_id_seq')") > last


def test_nothing_has_a_former_name(upgraded: Upgraded) -> None:
    found = _tables_with(upgraded.database, _FORMER_NAMES)
    assert {table for table in found if table not in _MAY_HAVE_FORMER_NAMES} == set()
    assert (
        upgraded.database.query(
            f"SELECT model, count(*) FROM ir_model_data WHERE model ~ '{_FORMER_NAMES}'"
            " GROUP BY model"
        )
        == []
    )


def test_what_is_about_records_is_about_them_now(upgraded: Upgraded) -> None:
    models = {"stock.sync.backend": "sync.flow"}
    for table in ABOUT:
        now = upgraded.after(table)
        model = "model" if table == "mail_message" else "res_model"
        ours = [row for row in upgraded.before[table] if row[model] in models]
        assert ours
        for row in ours:
            row[model] = models[row[model]]
            changed = _changed(row, now[row["id"]])
            assert changed <= {"res_model_id", "note", "body"}
            if "res_model_id" in row:
                assert now[row["id"]]["res_model_id"] == upgraded.one(
                    "SELECT id FROM ir_model WHERE model = 'sync.flow'"
                )
    assert upgraded.database.query(
        "SELECT DISTINCT model, name FROM mail_tracking_value"
        " JOIN ir_model_fields field ON field.id = field_id WHERE old_value_char = 'a'"
    ) == [("sync.flow", "base_url")]


def test_the_scheduled_action_stays_as_it_was_set(upgraded: Upgraded) -> None:
    [before] = [
        row for row in upgraded.before["ir_cron"] if row["interval_number"] == 25
    ]
    cron = upgraded.after("ir_cron")[before["id"]]
    assert _changed(before, cron) == set()
    assert (cron["priority"], cron["nextcall"]) == (3, "2031-02-03T04:05:06")
    assert (
        upgraded.one(
            "SELECT value FROM ir_config_parameter WHERE key = 'stock_sync_api.keep_days'"
        )
        == "31"
    )


_SET = """
template = env.ref("stock_sync_api.mail_template_failure")
french = template.with_context(lang="fr_FR")
rules = {
    name: env.ref(f"base_sync_api.{name}_company_rule")
    for name in ("sync_flow", "sync_backend", "sync_run", "sync_parameter")
}
defaults = env["ir.default"]._get_model_defaults("sync.flow")
result = {
    "template": [template.model, template.subject, french.subject],
    "links": ["model=sync.flow" in text for text in (template.body_html, french.body_html)],
    "french": "Bonjour" in french.body_html,
    "type": [
        env.ref("stock_sync_api.mail_activity_type_held").summary,
        env.ref("stock_sync_api.mail_activity_type_held").res_model,
    ],
    "active": {name: rule.active for name, rule in rules.items()},
    "domain": {name: rule.domain_force for name, rule in rules.items()},
    "defaults": {name: defaults.get(name) for name in ("alert_after", "match_by")},
    "default": [
        env.ref("stock_sync_api.backend_default")._name,
        env.ref("stock_sync_api.backend_default_sync_backend").flow_ids.name,
    ],
}
"""


def test_what_people_have_set_stays(upgraded: Upgraded) -> None:
    companies = "[('company_id', 'in', company_ids)]"
    assert upgraded.shell(_SET) == {
        "template": [
            "sync.flow",
            "OUR OWN SUBJECT {{ object.name }}",
            "NOTRE SUJET {{ object.name }}",
        ],
        "links": [True, True],
        "french": True,
        "type": ["Our own summary", "sync.flow"],
        "active": {
            "sync_flow": False,
            "sync_backend": False,
            "sync_run": True,
            "sync_parameter": True,
        },
        "domain": {
            "sync_flow": companies,
            "sync_backend": companies,
            "sync_run": "['|', ('flow_id.active', '=', False),"
            " ('company_id', 'in', company_ids)]",
            "sync_parameter": companies,
        },
        "defaults": {"alert_after": 5, "match_by": "barcode"},
        "default": ["sync.flow", "First"],
    }


_MADE = """
View = env["ir.ui.view"].with_context(active_test=False)
flow = Flow.search([("name", "=", "First")])
manager = env["res.users"].search([("login", "=", "marie")])
mine = env["ir.filters"].search([("name", "in", ["Mine", "Failing"])])
export = env["ir.exports"].search([("resource", "=", "stock.sync.binding")])
remind = env["ir.actions.server"].search([("name", "=", "Remind")])
clamp = env["ir.actions.server"].search([("name", "=", "Ask More Slowly")])
messages = len(flow.message_ids)
remind.with_context(
    active_model="sync.run", active_ids=runs["filled"].ids, active_id=runs["filled"].id
).run()
clamp.with_context(active_model="sync.flow", active_ids=flow.ids).run()
action = env["ir.actions.act_window"].search([("name", "=", "Our Backends")])
template = env["mail.template"].search([("name", "=", "Our Report")])
auditor = env["res.users"].create(
    {
        "name": "Auditor",
        "login": "auditor",
        "group_ids": [(6, 0, env["res.groups"].search([("name", "=", "Auditors")]).ids)],
    }
)
form = Flow.with_user(manager).get_views([(False, "form"), (False, "list")])
runs_list = runs["held"].with_user(manager).get_views([(False, "list")])
result = {
    "contact": [flow.x_contact_id == manager.partner_id],
    "backend of contact": manager.partner_id.x_backend_id == flow,
    "remark": runs["held"].x_remark,
    "filters": sorted(
        [f.model_id, f.domain, f.context, f.sort] for f in mine
    ),
    "found": [len(env[f.model_id].search(f._get_eval_domain())) > 0 for f in mine],
    "export": export.export_fields.mapped("name"),
    "exported": len(
        env["stock.sync.binding"].search([], limit=1).export_data(
            export.export_fields.mapped("name")
        )["datas"][0]
    ),
    "import": env["base_import.mapping"].search([("column_name", "=", "shop")]).field_name,
    "reminded": len(flow.message_ids) - messages,
    "clamped": flow.negative_policy,
    "action": [action.res_model, action.view_id.xml_id],
    "subject": template._render_field("subject", runs["held"].ids)[runs["held"].id],
    "body": "Second" in template._render_field("body_html", runs["held"].ids)[runs["held"].id],
    "seen by auditor": flow.with_user(auditor).base_url == flow.base_url,
    "form": "x_contact_id" in form["views"]["form"]["arch"],
    "list": ["x_remark" in runs_list["views"]["list"]["arch"],
             "flow_id" in runs_list["views"]["list"]["arch"]],
    "archived": View.search([("active", "=", False), ("name", "=", "Fits no more")]).model,
}
env.cr.rollback()
"""


def test_what_people_have_made_works(upgraded: Upgraded) -> None:
    assert upgraded.shell(_MADE) == {
        "contact": [True],
        "backend of contact": True,
        "remark": "Look at this",
        "filters": [
            [
                "product.product",
                "[('sync_binding_ids.flow_id', '!=', False)]",
                "{}",
                "[]",
            ],
            ["sync.flow", "[('failure_count', '>=', 0)]", "{}", "[]"],
            [
                "sync.run",
                "[('flow_id', '=', 1), ('scope', '=', 'all')]",
                "{'group_by': ['flow_id', 'state']}",
                '["flow_id", "id desc"]',
            ],
        ],
        "found": [True, True, True],
        "export": ["external_id", "flow_id/name", "product_id/.id"],
        "exported": 3,
        "import": "flow_id",
        "reminded": 1,
        "clamped": "clamp",
        "action": ["sync.flow", "base_sync_api.sync_flow_view_list"],
        "subject": "Second",
        "body": True,
        "seen by auditor": True,
        "form": True,
        "list": [True, True],
        "archived": "sync.run",
    }


# --- from here on something is done with it ---

_SYNCHRONISE = """
moves = env["stock.move"].search_count([])
env["stock.sync.service"]._cron_sync()
first = Flow.search([("name", "=", "First")])
begun = runs["begun"]
again = env["stock.sync.service"].sync_flow(first)
result = {
    "begun": [begun.state, begun.changed, begun.unchanged, begun.unmatched],
    "again": [again.state, again.changed, again.unchanged, again.unmatched],
    "moves": env["stock.move"].search_count([]) - moves,
    "reverted": runs["reverted"].revert_run_ids == runs["revert"],
    "held": [runs["held"].state, len(runs["held"]._waiting_lines())],
}
"""


def test_a_run_goes_on_and_the_next_moves_nothing(upgraded: Upgraded) -> None:
    assert upgraded.shell(_SYNCHRONISE) == {
        "begun": ["done", 0, 8, 1],
        "again": ["done", 0, 8, 1],
        "moves": 0,
        "reverted": True,
        "held": ["held", 4],
    }


_GO_ON = """
run = runs["waiting"]
run.resume_date = run.start_date
run.flow_id.next_attempt_date = False
env["stock.sync.service"]._cron_sync()
result = [run.state, run.changed]
"""


def test_a_run_that_waited_goes_on(
    upgraded: Upgraded, apis: dict[str, LocalApi]
) -> None:
    state, changed = upgraded.shell("result = [runs['waiting'].state, 0]")
    if upgraded.version == "19.0.3.0.0":  # earlier ones did not wait, but failed
        assert state == "planning"
        apis["waiting"].behave()
        state, changed = upgraded.shell(_GO_ON)
        assert (state, changed) == ("done", 1)
    assert state in ("done", "failed")


_APPROVE = """
run = runs["held"].with_user(env["res.users"].search([("login", "=", "marie")]))
run.action_approve()
env["stock.sync.service"]._cron_sync()
result = [run.state, run.changed, len(run.flow_id.activity_ids)]
"""


def test_a_held_run_can_be_approved(upgraded: Upgraded) -> None:
    assert upgraded.shell(_APPROVE) == ["done", 4, 0]
