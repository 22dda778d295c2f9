"""A backend as the guides describe it, without a database."""

import ast
from xml.etree import ElementTree

from guides import PROJECT

from odoo.fields import Field

from odoo.addons.base_sync_api.models import (
    sync_backend,
    sync_flow_client,
    sync_flow_request,
)
from odoo.addons.base_sync_api.models import sync_flow as base_flow
from odoo.addons.stock_sync_api.client import StockApi
from odoo.addons.stock_sync_api.kind import KIND
from odoo.addons.stock_sync_api.models import sync_flow
from odoo.addons.stock_sync_api.models.sync_flow_words import WORDS

PRESETS = PROJECT / "stock_sync_api" / "data" / "stock_sync_preset_data.xml"

#: whose methods make settings of fields, the last word first
MODELS = (
    sync_flow.SyncFlow,
    sync_flow_client.SyncFlow,
    sync_flow_request.SyncFlow,
    base_flow.SyncFlow,
    sync_backend.SyncBackend,
)
#: whose fields say how to speak to an API, the last word last
SETTINGS = (
    sync_backend.SyncBackend,
    sync_flow_request.SyncFlow,
    sync_flow.SyncFlow,
)


class _Parameter:
    is_secret = False

    def __init__(self, values):
        self.kind, self.name = values["kind"], values["name"]
        self._value = values.get("value", "")

    def _get_value(self):
        return self._value


class _Record:
    """What Odoo does for a record of a flow and of its backend, as one."""

    kind = KIND

    def __init__(self, parameters=(), **values):
        self.parameters = parameters
        self.item_path = self._get_default_values(KIND)["item_path"]
        vars(self).update(values)
        if "request_mode" not in values:
            self.request_mode = "list" if self.list_path else "item"
        if self.paging == "page" and not {"pages_path", "total_path"} & values.keys():
            self.pages_path, self.total_path = "pages", "total"

    def __getitem__(self, name):
        return getattr(self, name)

    @property
    def backend_id(self):
        return self

    def ensure_one(self):
        pass

    def _get_secret(self):
        return "secret"

    def _last_whole_run(self, before=None):
        return None

    def _get_shared_turns(self):
        return None

    def _get_parameters(self):
        return [_Parameter(row) for row in self.parameters]


class Backend(_Record, *MODELS):
    """As much of a backend as the client needs to know.

    :param parameters: rows of *Headers and Parameters*, as a preset has them
    :param values: of fields; the others have their defaults
    """

    _register = False

    def levels(self, since=None):
        """Everything that the API's list says, or what has changed since a time."""
        with StockApi(self._get_api_settings()) as api:
            pages = list(api.pages(since))
        assert not any(page.faults for page in pages)
        return [level for page in pages for level in page.levels]


def _arguments():
    """dict of the name of each field to what it is made with, the last word counting"""
    found: dict[str, dict] = {}
    for model in SETTINGS:
        for name, field in vars(model).items():
            if isinstance(field, Field) and not name.startswith("_"):
                found[name] = {**found.get(name, {}), **field._args__}
    for name, words in WORDS.items():
        if name in found and "string" in words:
            found[name]["string"] = str(words["string"])
    return found


def fields():
    """The names of the fields that say how to speak to an API, by their label."""
    return {
        arguments.get("string") or name.replace("_", " ").title(): name
        for name, arguments in _arguments().items()
    }


def default(name):
    """The default of a field; False where a database is needed to tell."""
    value = _arguments()[name].get("default", False)
    return False if callable(value) else value


def choices(name):
    """The choices of a field: dict of label to value; empty for other fields."""
    selection = _arguments()[name].get("selection", [])
    return {label: value for value, label in selection}


def presets():
    """dict of the name of each preset to its values."""
    found = {}
    for record in ElementTree.parse(PRESETS).iter("record"):
        values = {field.get("name"): field for field in record}
        found[values["name"].text] = ast.literal_eval(values["values"].get("eval"))
    return found


# Plain values in the place of fields, which need a database.
for _name in _arguments().keys() - {"kind"}:
    setattr(Backend, _name, default(_name))
