"""The addon is installed, upgraded and uninstalled on a real database."""

from new_database import NewDatabase
from odoo_database import OdooDatabase
from structure import structure

from devenv.paths import ADDON, BASE_ADDON

#: our names and labels, wherever a row may have them
_OURS = (
    "stock[._]sync|sync_(state|binding)|x_external_id"
    "|API Synchronisation|Lancer la synchro"
)

_USE = """
product = env["product.product"].create(
    {"name": "Lamp", "is_storable": True, "x_external_id": "1"}
)
backend = env["sync.flow"].search([])
# nothing listens there
backend.write({"base_url": "http://127.0.0.1:9", "request_timeout": 1})
env["ir.default"].set("sync.flow", "paused", True)
product.product_tmpl_id.action_stock_sync()
result = product.sync_error_message

# what people leave
name = "sync.flow"
env["ir.config_parameter"].set_param("stock_sync_api.keep_days", "30")
env["ir.filters"].create({"name": "Mine", "model_id": "sync.run"})
line = {"name": "x_external_id"}
env["ir.exports"].create(
    {"name": "Mine", "resource": "stock.sync.binding", "export_fields": [(0, 0, line)]}
)
env["ir.exports"].search([("resource", "=", "product.product")]).export_fields = [
    (0, 0, line)
]
env["base_import.mapping"].create(
    {"res_model": "product.product", "column_name": "id", "field_name": line["name"]}
)
env["base_import.mapping"].create(
    {"res_model": "stock.sync.binding", "column_name": "id", "field_name": "id"}
)
env["ir.attachment"].create({"name": "a", "res_model": name, "res_id": backend.id})
env["ir.ui.view"].create(
    {"name": "Mine", "model": name, "arch": "<form><field name='name' /></form>"}
)
env["ir.actions.act_window"].create({"name": "Mine", "res_model": name})
model_id = env["ir.model"]._get_id(name)
env["ir.actions.server"].create(
    {"name": "Mine", "model_id": model_id, "state": "code"}
)
env["ir.rule"].create({"name": "Mine", "model_id": model_id, "domain_force": "[]"})
env["mail.template"].create({"name": "Mine", "model_id": model_id})
kind = {"name": "Mine", "res_model": name}
env["mail.activity.type"].create(kind)
env["mail.message.subtype"].create(kind)
backend.message_subscribe(env.user.partner_id.ids)
backend.message_post(body="Mine", attachments=[("mine.txt", b"mine")])
backend.activity_schedule("mail.mail_activity_data_todo", note="Mine")
backend._send("mail_template_failure")
backend.responsible_id = env.ref("base.user_admin")
backend._send("mail_template_failure")
backend._wake()
product.unlink()
"""
#: what a server notes of its own work, and removes by itself
_NOTES = {
    *("bus_bus", "ir_cron_trigger", "ir_cron_progress", "ir_logging"),
    *("orm_signaling_registry", "orm_signaling_assets", "orm_signaling_default"),
    *("orm_signaling_stable", "orm_signaling_templates", "orm_signaling_routing"),
    "orm_signaling_groups",
}


def traces(database: OdooDatabase) -> dict[str, int]:
    """How many rows of each table have a name of ours in them."""
    tables = database.query(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    counts = database.query(
        " UNION ALL ".join(
            f"SELECT '{table}', count(*) FROM \"{table}\" AS row"
            f" WHERE row::text ~* '{_OURS}'"
            for (table,) in tables
        )
    )
    return {table: count for table, count in counts if count and table not in _NOTES}


def counts(database: OdooDatabase) -> dict[str, int]:
    """How many rows each table has."""
    tables = database.query(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    return {
        table: count
        for table, count in database.query(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*) FROM \"{table}\"" for (table,) in tables
            )
        )
        if table not in _NOTES
    }


def meta_rows(database: OdooDatabase) -> set[tuple[str, int]]:
    """The rows of the tables that hold views, menus, actions, rules and so on."""
    names = (
        *("ir_act_server", "ir_act_window", "ir_actions", "ir_asset", "ir_attachment"),
        *("ir_cron", "ir_default", "ir_embedded_actions", "ir_filters"),
        *("ir_model_access", "ir_model_constraint", "ir_model_fields_selection"),
        *("ir_model_inherit", "ir_rule", "ir_sequence", "ir_ui_menu", "ir_ui_view"),
        *("res_groups", "res_users", "res_company", "decimal_precision"),
    )
    return set(
        database.query(
            " UNION ALL ".join(f"SELECT '{name}', id FROM {name}" for name in names)
        )
    )


def test_life_without_a_warning_and_without_a_trace(new_database: NewDatabase) -> None:
    database = new_database()
    # Odoo knows the addon from now on; that is no trace of it.
    database.shell(
        'env["ir.module.module"].update_list()\n'
        'env["ir.exports"].create({"name": "Products", "resource": "product.product"})'
    )
    before = structure(database), meta_rows(database), traces(database)
    counts_before = counts(database)

    assert database.install(BASE_ADDON) == []
    with_base = structure(database)

    assert database.install(ADDON) == []
    installed = structure(database), meta_rows(database)
    assert ("model", "sync.flow") in installed[0]
    assert set(traces(database)) > set(before[2])
    assert database.query(
        "SELECT menu.name->>'fr_FR' FROM ir_ui_menu AS menu"
        " JOIN ir_model_data AS data ON data.res_id = menu.id"
        " WHERE data.name = 'menu_stock_sync_backend'"
    ) == [("Synchronisation du stock",)]

    assert database.upgrade(ADDON) == []
    assert (structure(database), meta_rows(database)) == installed

    assert "127.0.0.1:9" in database.shell(_USE)
    assert database.uninstall(ADDON) == []
    assert structure(database) ^ with_base == set()

    assert database.uninstall(BASE_ADDON) == []
    after = structure(database), meta_rows(database), traces(database)
    assert after[0] ^ before[0] == set()
    assert after[1] ^ before[1] == set()
    assert after[2] == before[2]
    assert counts(database) == counts_before

    assert database.install(ADDON) == []
    assert structure(database) == installed[0]


_MANUAL_FIELD = '''
field = {
    "model_id": env["ir.model"]._get_id("%(model)s"),
    "name": "x_external_id",
    "ttype": "%(type)s",
    "field_description": "Old ID",
}
env["ir.model.fields"].create(field)
env["product.template"].create(
    [
        {"name": name, "is_storable": True, "x_external_id": external_id}
        for name, external_id in (("Kept", %(first)r), ("Changed", %(second)r))
    ]
)
env["product.template"].create({"name": "None", "is_storable": True})
env["ir.ui.view"].create(
    {
        "name": "manual",
        "model": "product.template",
        "inherit_id": env.ref("product.product_template_form_view").id,
        "arch": """
            <field name="categ_id" position="after">
                <field name="x_external_id" />
            </field>
        """,
    }
)
'''
_READ = """
Template = env["product.template"]
products = Template.search([("x_external_id", "!=", False)])
views = Template.get_views([(False, "form")])
result = {
    "ids": {product.name: product.x_external_id for product in products},
    "shown": "x_external_id" in views["models"]["product.template"]["fields"],
    "state": env["ir.model.fields"]._get("product.template", "x_external_id").state,
}
"""


def _adopt(database: OdooDatabase, **field: object) -> None:
    database.shell(_MANUAL_FIELD % field)
    assert database.install(ADDON) == []
    adopted = {
        "ids": {"Kept": str(field["first"]), "Changed": str(field["second"])},
        "shown": True,
        "state": "base",
    }
    assert database.shell(_READ) == adopted
    bindings = database.query("SELECT external_id FROM stock_sync_binding")
    assert {external_id for (external_id,) in bindings} == {*adopted["ids"].values()}
    assert database.upgrade(ADDON) == []
    assert database.shell(_READ) == adopted

    database.shell(
        'product = env["product.template"].search([("name", "=", "Changed")])\n'
        'product.x_external_id = "new"'
    )
    assert database.uninstall(ADDON) == []
    assert database.shell(_READ) == {
        "ids": {"Kept": str(field["first"]), "Changed": "new"},
        "shown": True,
        "state": "manual",
    }
    assert database.query(
        f"SELECT count(*) FROM ir_model_data WHERE module = '{ADDON}'"
    ) == [(0,)]


def test_a_manual_field_is_adopted_and_given_back(new_database: NewDatabase) -> None:
    _adopt(
        new_database(), model="product.template", type="char", first="A-1", second="B 2"
    )


def test_a_manual_field_of_numbers_is_adopted_too(new_database: NewDatabase) -> None:
    _adopt(new_database(), model="product.template", type="integer", first=7, second=8)
