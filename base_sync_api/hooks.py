def uninstall_hook(env):
    env.flush_all()
    remove_traces(env, "base_sync_api")
    env.invalidate_all()


def remove_traces(env, module):
    """Remove what names models or settings by their text, and not by a link.

    :param module: an addon that is being uninstalled
    """
    models = [
        name for name, model in env.registry.items() if model._original_module == module
    ]
    env["ir.config_parameter"].search([("key", "=like", f"{module}.%")]).unlink()
    # XML IDs, in the name of ``mail`` and others, of what its mixins bring along
    for model, fname in (
        ("ir.model.fields.selection", "field_id.model"),
        ("ir.model.inherit", "model_id.model"),
    ):
        records = env[model].search([(fname, "in", models)])
        env["ir.model.data"].search(
            [
                ("model", "=", model),
                ("res_id", "in", records.ids),
                ("module", "!=", module),
            ]
        ).unlink()
    for model, fname in (
        ("ir.filters", "model_id"),
        ("ir.exports", "resource"),
        ("ir.attachment", "res_model"),
        ("mail.message.subtype", "res_model"),
        ("base_import.mapping", "res_model"),
    ):
        if model in env:
            records = env[model].with_context(active_test=False)
            records.search([(fname, "in", models)]).unlink()
    # a database's cascade would leave their chatter
    env["ir.actions.server"].search(
        [("model_id.model", "in", models), ("usage", "=", "ir_actions_server")]
    ).unlink()
    for model, fname in (
        ("ir.ui.view", "model"),
        ("ir.actions.act_window", "res_model"),
    ):
        # made by people: those of the addon itself have XML IDs
        records = env[model].with_context(active_test=False)
        records = records.search([(fname, "in", models)])
        with_id = env["ir.model.data"].search(
            [("model", "=", model), ("res_id", "in", records.ids)]
        )
        (records - records.browse(with_id.mapped("res_id"))).unlink()
