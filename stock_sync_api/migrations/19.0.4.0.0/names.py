"""What has another name since the base is an addon of its own."""

import re

#: models that the base has now, and whose records move there
MODELS = {
    "stock.sync.backend": "sync.flow",
    "stock.sync.connection.test": "sync.connection.test",
    "stock.sync.parameter": "sync.parameter",
    "stock.sync.preset": "sync.preset",
    "stock.sync.run": "sync.run",
    "stock.sync.secret": "sync.secret",
}
#: models that had no records, and are the base's or no more
ABSTRACT = (
    "stock.sync.alert.mixin",
    "stock.sync.api.mixin",
    "stock.sync.drift.mixin",
    "stock.sync.error.mixin",
    "stock.sync.health.mixin",
    "stock.sync.heartbeat.mixin",
    "stock.sync.retention",
    "stock.sync.secret.mixin",
    "stock.sync.setup.mixin",
    "stock.sync.transaction",
)
#: models of ours that a backend had many of; their tables stay where they are
OF_BACKEND = (
    "stock.sync.binding",
    "stock.sync.location.map",
    "stock.sync.run.line",
    "stock.sync.unmatched",
)
#: models whose ``backend_id`` is a ``flow_id`` now, by their present names
OF_FLOW = (*OF_BACKEND, "sync.connection.test", "sync.parameter", "sync.run")
#: models with records, by their present names
OURS = (*MODELS.values(), *OF_BACKEND, "stock.sync.level")

_MODEL = re.compile(rf"\b({'|'.join(re.escape(name) for name in MODELS)})(?![\w.]*\w)")
_FIELD = re.compile(r"\bbackend_id\b")
# from flows and levels: binding_id.backend_id
_OUR_PATH = re.compile(
    r"\b((?:binding|run|line|parameter|location_map|unmatched)_ids?)\.backend_id\b"
)
# from other models, on which our fields have this beginning
_PATH = re.compile(r"\b(sync_\w+_ids?)\.backend_id\b")
# in JSON, too, where quotes have a backslash
_SCOPE = re.compile(
    r"""(\bscope\\?["'],\s*\\?["'](?:=|!=|in|not in)\\?["'],\s*[\[(]?\\?["'])"""
    r"""(backend|products)\b"""
)
_SCOPES = {"backend": "all", "products": "chosen"}


def table(model):
    return model.replace(".", "_")


def renamed(text, model):
    """A text of somebody's, with the present names.

    :param text: a domain, a context, code, a template
    :param model: the present name of the model that the text is about
    """
    text = _MODEL.sub(lambda match: MODELS[match[1]], text)
    if model in OF_FLOW:
        text = _FIELD.sub("flow_id", text)
    if model == "sync.run":
        text = _SCOPE.sub(lambda match: match[1] + _SCOPES[match[2]], text)
    if model in OURS:
        text = _OUR_PATH.sub(r"\1.flow_id", text)
    return _PATH.sub(r"\1.flow_id", text)
