"""What people had made of an earlier version: code for the shell of its Odoo.

It is run by files that have ``env``; ``urls`` has the addresses of three APIs: one that
works, one of a second company, one that asks to wait.
"""

SECRETS = {
    "backend": "secret-of-the-first-backend",
    "parameter": "secret-of-a-parameter",
    "second": "secret-of-the-second-backend",
}
PRODUCTS = [f"P{number}" for number in range(1, 9)]
OF_SECOND = ["S1", "S2", "S3", "S4"]

CODE = r'''
import requests
from odoo import Command, fields

Backend = env["stock.sync.backend"]
Product = env["product.product"]
Data = env["ir.model.data"]
Service = env["stock.sync.service"]
manager = env["res.users"].create(
    {
        "name": "Marie",
        "login": "marie",
        "email": "marie@example.com",
        "lang": "fr_FR",
        "group_ids": [Command.link(env.ref("stock.group_stock_manager").id)],
    }
)
other_company = env["res.company"].create({"name": "Other Company"})
(manager | env.user).company_ids |= other_company
warehouse = env["stock.warehouse"].search([], limit=1)
other_warehouse = env["stock.warehouse"].create(
    {"name": "Other", "code": "OTH", "company_id": other_company.id}
)

def shelf(name, parent=warehouse):
    return env["stock.location"].create(
        {"name": name, "location_id": parent.view_location_id.id, "usage": "internal"}
    )

def bind(backend, names):
    products = Product.create([{"name": n, "is_storable": True} for n in names])
    env["stock.sync.binding"].create(
        [
            {"backend_id": backend.id, "product_id": p.id, "external_id": p.name}
            for p in products
        ]
    )
    return products

def put(products, location, quantity):
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, quantity)
    env.flush_all()

# --- backends ---
LIST = {"list_path": "/stock", "item_path": "/stock/{external_id}", "page_size": 3}
first = env.ref("stock_sync_api.backend_default")
first.write(
    {
        "preset_id": env.ref("stock_sync_api.preset_globalshop").id,
        "name": "First",
        "base_url": urls["first"],
        "auth_type": "api_key",
        "user_id": manager.id,
        "responsible_id": manager.id,
        "guard_minimum": 4,
        "sequence": 3,
    }
)
first.write(LIST)
first.secret_input = secrets["backend"]
second = Backend.create(
    {
        **LIST,
        "name": "Second",
        "company_id": other_company.id,
        "location_id": other_warehouse.lot_stock_id.id,
        "base_url": urls["second"],
        "auth_type": "api_key",
        "user_id": manager.id,
        "responsible_id": manager.id,
        "guard_minimum": 2,
        "guard_change_percent": 50,
        "request_timeout": 7,
        "requests_per_second": 50.5,
    }
)
second.secret_input = secrets["second"]
failing = Backend.create(
    {
        "name": "Failing",
        "base_url": "http://127.0.0.1:9",  # nothing listens there
        "location_id": shelf("Failing").id,
        "user_id": manager.id,
        "responsible_id": manager.id,
        "alert_after": 1,
        "max_attempts": 1,
        "request_timeout": 1,
        "item_path": "/stock/{external_id}",
        "heartbeat_url": "https://monitor.example.com/ping/failing",
        "missing_policy": "zero",
    }
)
waiting = Backend.create(
    {
        **LIST,
        "name": "Waiting",
        "base_url": urls["waiting"],
        "location_id": shelf("Waiting").id,
        "user_id": manager.id,
    }
)
archived = Backend.create(
    {
        "name": "Archived",
        "active": False,
        "paused": True,
        "base_url": "https://api.example.com/v1",
        "preset_id": env.ref("stock_sync_api.preset_commercetools").id,
        "auth_username": "client",
        "oauth_token_url": "https://api.example.com/token",
        "oauth_scope": "stock",
        "location_id": warehouse.lot_stock_id.id,
    }
)
archived.write({"secret_source": "env", "secret_name": "STOCK_SYNC_ARCHIVED"})
env["stock.sync.location.map"].create(
    [
        {"backend_id": archived.id, "code": "PARIS-1", "location_id": shelf("P").id},
        {"backend_id": archived.id, "code": "OLD", "ignored": True},
    ]
)
env["stock.sync.parameter"].create(
    [
        {"backend_id": first.id, "kind": "header", "name": "X-Client-Id", "value": "7"},
        {"backend_id": archived.id, "name": "zone", "value": "eu", "sequence": 4},
        {
            "backend_id": archived.id,
            "kind": "header",
            "name": "X-Signature",
            "is_secret": True,
            "secret_input": secrets["parameter"],
        },
        {
            "backend_id": archived.id,
            "name": "key",
            "is_secret": True,
            "secret_source": "config",
            "secret_name": "stock_sync_key",
        },
    ]
)
preset = env["stock.sync.preset"].create(
    {
        "name": "Our Own",
        "description": "What we made",
        "values": {"item_path": "/x/{external_id}", "item_rows_path": "@"},
    }
)
preset.with_context(lang="fr_FR").description = "Le nôtre"
env.ref("stock_sync_api.preset_square").active = False

# --- runs ---
as_manager = Service.with_user(manager).with_context(
    allowed_company_ids=[env.company.id, other_company.id]
)
products = bind(first, products_of_first)
of_second = bind(second, products_of_second)
bind(failing, ["F1"])
bind(waiting, ["W1"])
products[0].sync_binding_ids.quantity_factor = 1
runs = {}
runs["filled"] = as_manager.sync_backend(first)
runs["unchanged"] = as_manager.sync_backend(first)
put(products[:2], first.location_id, 2)
runs["reverted"] = as_manager.sync_backend(first)
reverted = runs["reverted"].with_user(manager)
reverted.action_revert()
runs["revert"] = env["stock.sync.run"].search([("reverted_run_id", "=", reverted.id)])
runs["again"] = as_manager.sync_backend(first)
runs["chosen"] = as_manager.sync_products(products[:2])
runs["preview"] = as_manager.sync_backend(first, preview=True)
env.cr.commit()
runs["of second"] = as_manager.sync_backend(second)
put(of_second, second.location_id, 1)
runs["held"] = as_manager.sync_backend(second)
runs["waiting"] = as_manager.start_backend(waiting)
env.cr.commit()
Service._cron_sync()
env.cr.commit()
runs["failed"] = failing.run_ids[:1]
runs["begun"] = as_manager.start_backend(first)

# --- what belongs to records ---
first.message_post(body="A note of Marie's", attachments=[("a.txt", b"a")])
first.message_subscribe(manager.partner_id.ids)
first.activity_schedule("mail.mail_activity_data_todo", note="Ring them up")
tracked = env["ir.model.fields"]._get("stock.sync.backend", "base_url")
env["mail.tracking.value"].create(
    {
        "field_id": tracked.id,
        "mail_message_id": first.message_ids[0].id,
        "old_value_char": "a",
        "new_value_char": "b",
    }
)

# --- what people set ---
cron = env.ref("stock_sync_api.ir_cron_stock_sync")
cron.write(
    {
        "interval_number": 25,
        "interval_type": "minutes",
        "nextcall": "2031-02-03 04:05:06",
        "priority": 3,
    }
)
env["ir.config_parameter"].set_param("stock_sync_api.keep_days", "31")
template = env.ref("stock_sync_api.mail_template_failure")
template.subject = "OUR OWN SUBJECT {{ object.name }}"
template.with_context(lang="fr_FR").subject = "NOTRE SUJET {{ object.name }}"
env.ref("stock_sync_api.mail_activity_type_held").summary = "Our own summary"
env.ref("stock_sync_api.stock_sync_run_company_rule").domain_force = (
    "['|', ('backend_id.active', '=', False), ('company_id', 'in', company_ids)]"
)
env.ref("stock_sync_api.stock_sync_backend_company_rule").active = False
env["ir.default"].set("stock.sync.backend", "alert_after", 5)
env["ir.default"].set("stock.sync.backend", "match_by", "barcode")
model_id = {
    model: env["ir.model"]._get_id(model)
    for model in ("stock.sync.backend", "stock.sync.run", "stock.sync.binding")
}

# --- what people made ---
env["ir.model.fields"].create(
    [
        {
            "model_id": model_id["stock.sync.backend"],
            "name": "x_contact_id",
            "ttype": "many2one",
            "relation": "res.partner",
            "field_description": "Contact",
        },
        {
            "model_id": model_id["stock.sync.run"],
            "name": "x_remark",
            "ttype": "char",
            "field_description": "Remark",
        },
        {
            "model_id": env["ir.model"]._get_id("res.partner"),
            "name": "x_backend_id",
            "ttype": "many2one",
            "relation": "stock.sync.backend",
            "field_description": "Backend",
        },
        {
            "model_id": env["ir.model"]._get_id("res.partner"),
            "name": "x_about",
            "ttype": "reference",
            "selection": "[('stock.sync.backend', 'Backend')]",
            "field_description": "About",
        },
    ]
)
first = env["stock.sync.backend"].browse(first.id)
first.x_contact_id = manager.partner_id
manager.partner_id.x_backend_id = first.id
manager.partner_id.x_about = f"stock.sync.backend,{first.id}"
env["stock.sync.run"].browse(runs["held"].id).x_remark = "Look at this"
env["ir.filters"].create(
    [
        {
            "name": "Mine",
            "model_id": "stock.sync.run",
            "domain": "[('backend_id', '=', 1), ('scope', '=', 'backend')]",
            "context": "{'group_by': ['backend_id', 'state']}",
            "sort": '["backend_id", "id desc"]',
        },
        {
            "name": "Mine",
            "model_id": "product.product",
            "domain": "[('sync_binding_ids.backend_id', '!=', False)]",
            "context": "{}",
        },
        {
            "name": "Failing",
            "model_id": "stock.sync.backend",
            "domain": "[('failure_count', '>=', 0)]",
            "context": "{}",
        },
    ]
)
env["ir.exports"].create(
    {
        "name": "Mine",
        "resource": "stock.sync.binding",
        "export_fields": [
            Command.create({"name": name})
            for name in ("external_id", "backend_id/name", "product_id/.id")
        ],
    }
)
env["base_import.mapping"].create(
    {
        "res_model": "stock.sync.binding",
        "column_name": "shop",
        "field_name": "backend_id",
    }
)
action = env["ir.actions.act_window"].create(
    {
        "name": "Our Backends",
        "res_model": "stock.sync.backend",
        "view_id": env.ref("stock_sync_api.stock_sync_backend_view_list").id,
        "domain": "[('company_id', '!=', False)]",
    }
)
env["ir.ui.menu"].create(
    {"name": "Our Backends", "action": f"ir.actions.act_window,{action.id}"}
)
env["ir.ui.view"].create(
    [
        {
            "name": "Contact on the form",
            "model": "stock.sync.backend",
            "inherit_id": env.ref("stock_sync_api.stock_sync_backend_view_form").id,
            "arch": """
                <field name="location_id" position="after">
                    <field name="x_contact_id" />
                </field>
            """,
        },
        {
            "name": "Fits no more",
            "model": "stock.sync.run",
            "inherit_id": env.ref("stock_sync_api.stock_sync_run_view_form").id,
            "arch": """
                <widget name="stock_sync_refresh" position="after">
                    <field name="scope" />
                </widget>
            """,
        },
        {
            "name": "Remark in the list",
            "model": "stock.sync.run",
            "inherit_id": env.ref("stock_sync_api.stock_sync_run_view_list").id,
            "arch": """
                <field name="state" position="after">
                    <field name="backend_id" />
                    <field name="x_remark" />
                </field>
            """,
        },
    ]
)
env["ir.actions.server"].create(
    [
        {
            "name": "Remind",
            "model_id": model_id["stock.sync.run"],
            "binding_model_id": model_id["stock.sync.run"],
            "state": "code",
            "code": "for run in records:\n"
            "    backend = env['stock.sync.backend'].browse(run.backend_id.id)\n"
            "    backend.message_post(body=run.message)",
        },
        {
            "name": "Ask More Slowly",
            "model_id": model_id["stock.sync.backend"],
            "state": "object_write",
            "update_path": "negative_policy",
            "selection_value": env["ir.model.fields.selection"]
            .search(
                [
                    ("field_id.model", "=", "stock.sync.backend"),
                    ("field_id.name", "=", "negative_policy"),
                    ("value", "=", "clamp"),
                ]
            )
            .id,
        },
    ]
)
group = env["res.groups"].create({"name": "Auditors"})
env["ir.model.access"].create(
    {
        "name": "Auditors",
        "model_id": model_id["stock.sync.backend"],
        "group_id": group.id,
        "perm_read": True,
    }
)
env["ir.rule"].create(
    {
        "name": "Auditors see what is not archived",
        "model_id": model_id["stock.sync.binding"],
        "groups": [Command.link(group.id)],
        "domain_force": "[('backend_id.active', '=', True)]",
    }
)
env["mail.template"].create(
    {
        "name": "Our Report",
        "model_id": model_id["stock.sync.run"],
        "subject": "{{ object.backend_id.name }}",
        "body_html": '<p t-out="object.backend_id.name"></p>',
    }
)
result = {name: run.ids for name, run in runs.items()}
'''
