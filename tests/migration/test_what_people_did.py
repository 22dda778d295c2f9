"""What people have set and made is as it was, and works with the present models."""

from upgraded import Upgraded, changed


def test_the_scheduled_action_stays_as_it_was_set(upgraded: Upgraded) -> None:
    [before] = [
        row for row in upgraded.before["ir_cron"] if row["interval_number"] == 25
    ]
    cron = upgraded.after("ir_cron")[before["id"]]
    assert changed(before, cron) == set()
    assert (cron["priority"], cron["nextcall"]) == (3, "2031-02-03T04:05:06")
    keep_days = upgraded.one(
        "SELECT value FROM ir_config_parameter WHERE key = 'stock_sync_api.keep_days'"
    )
    assert keep_days == "31"


_SET = """
template = env.ref("stock_sync_api.mail_template_failure")
french = template.with_context(lang="fr_FR")
held = env.ref("stock_sync_api.mail_activity_type_held")
rules = {
    name: env.ref(f"base_sync_api.{name}_company_rule")
    for name in ("sync_flow", "sync_backend", "sync_run", "sync_parameter")
}
defaults = env["ir.default"]._get_model_defaults("sync.flow")
default = env.ref("stock_sync_api.backend_default_sync_backend")
result = {
    "template": [template.model, template.subject, french.subject],
    "links": ["model=sync.flow" in t.body_html for t in (template, french)],
    "french": "Bonjour" in french.body_html,
    "type": [held.summary, held.res_model],
    "active": {name: rule.active for name, rule in rules.items()},
    "domain": {name: rule.domain_force for name, rule in rules.items()},
    "defaults": {name: defaults.get(name) for name in ("alert_after", "match_by")},
    "default": [
        env.ref("stock_sync_api.backend_default") == default.flow_ids,
        default.flow_ids.name,
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
        "default": [True, "First"],
    }


_MADE = """
flow = Flow.search([("name", "=", "First")])
manager = env["res.users"].search([("login", "=", "marie")])
held = runs["held"]
result = {
    "contact": flow.x_contact_id == manager.partner_id,
    "backend of contact": manager.partner_id.x_backend_id == flow,
    "about": manager.partner_id.x_about == flow,
    "remark": held.x_remark,
}

filters = env["ir.filters"].search([("name", "in", ["Mine", "Failing"])])
result["filters"] = sorted([f.model_id, f.domain, f.context, f.sort] for f in filters)
result["found"] = [bool(env[f.model_id].search(f._get_eval_domain())) for f in filters]

export = env["ir.exports"].search([("resource", "=", "stock.sync.binding")])
names = export.export_fields.mapped("name")
result["export"] = names
[row] = env["stock.sync.binding"].search([], limit=1).export_data(names)["datas"]
result["exported"] = len(row)
mapping = env["base_import.mapping"].search([("column_name", "=", "shop")])
result["import"] = mapping.field_name

messages = len(flow.message_ids)
for name, record in (("Remind", runs["filled"]), ("Ask More Slowly", flow)):
    action = env["ir.actions.server"].search([("name", "=", name)])
    action.with_context(
        active_model=record._name, active_ids=record.ids, active_id=record.id
    ).run()
result["reminded"] = len(flow.message_ids) - messages
result["clamped"] = flow.negative_policy
action = env["ir.actions.act_window"].search([("name", "=", "Our Backends")])
result["action"] = [action.res_model, action.view_id.xml_id]

template = env["mail.template"].search([("name", "=", "Our Report")])
result["report"] = [
    str(template._render_field(name, held.ids)[held.id])
    for name in ("subject", "body_html")
]

rights = env["ir.model.access"].search([("name", "=", "Auditors")])
result["rights"] = sorted(
    [right.model_id.model, right.group_id.name, right.perm_read] for right in rights
)

def shown(records, kind):
    views = records.with_user(manager).get_views([(False, kind)])["views"]
    return views[kind]["arch"]

result["form"] = "x_contact_id" in shown(flow, "form")
result["list"] = [name in shown(held, "list") for name in ("x_remark", "flow_id")]
archived = env["ir.ui.view"].search(
    [("active", "=", False), ("name", "=", "Fits no more")]
)
result["archived"] = archived.model
env.cr.rollback()
"""


def test_what_people_have_made_works(upgraded: Upgraded) -> None:
    assert upgraded.shell(_MADE) == {
        "contact": True,
        "backend of contact": True,
        "about": True,
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
        "report": ["Second", "<p>Second</p>"],
        "rights": [
            ["sync.backend", "Auditors", True],
            ["sync.flow", "Auditors", True],
        ],
        "form": True,
        "list": [True, True],
        "archived": "sync.run",
    }
