from itertools import product

from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.base_sync_api.models.sync_flow_request import USED_WITH

from .common import API, StockSyncCase

#: what decides what the form shows, with everything that can be chosen
CHOICES = {
    "auth_type": ["none", "api_key", "bearer", "basic", "oauth2"],
    "auth_param": [False, "key"],
    "request_mode": ["item", "list", "ids"],
    "paging": ["none", "page", "offset", "cursor", "link", "next_url", "version"],
    "list_path": [False, "/stock"],
    "item_path": ["/stock/{external_id}", False],
}
#: what a person might have left in a field, and never what it has already
LEFT = {
    "char": "left_over",
    "integer": 4321,
    "boolean": True,
    "selection": "POST",
}


@tagged("post_install", "-at_install")
class TestHiddenSettings(StockSyncCase):
    """What the form hides has no effect; what it shows has one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        view = cls.env.ref("base_sync_api.sync_flow_view_form")
        arch = cls.env["sync.flow"].get_view(view.id, "form")["arch"]
        cls.conditions = {}
        for node in etree.fromstring(arch).iter("field"):
            if node.get("name") in USED_WITH:
                above = [node, *node.iterancestors()]
                cls.conditions[node.get("name")] = [
                    each.get("invisible") for each in above if each.get("invisible")
                ]

    def combinations(self, *fixed):
        """:param fixed: choices that do not vary"""
        varying = {k: v[:1] if k in fixed else v for k, v in CHOICES.items()}
        for values in product(*varying.values()):
            choices = dict(zip(varying, values, strict=True))
            needed = "item_path" if choices["request_mode"] == "item" else "list_path"
            if choices[needed]:  # nothing else can be saved
                yield choices

    def shows(self, fname, choices):
        return not any(
            safe_eval(condition, dict(choices)) for condition in self.conditions[fname]
        )

    def test_form_has_each_field_that_means_something_only_with_some_choice(self):
        self.assertEqual(self.conditions.keys(), USED_WITH.keys())

    def test_form_shows_a_field_exactly_where_it_is_used(self):
        for choices in self.combinations():
            backend = self.env["sync.flow"].new(choices)
            for fname in USED_WITH:
                shows = self.shows(fname, choices)
                self.assertEqual(backend._is_used(fname), shows, (fname, choices))

    def settings(self, choices, **left):
        values = {
            "base_url": API,
            "oauth_token_url": "https://auth.example/token",
            "next_path": "next",
            **choices,
            **left,
        }
        return self.env["sync.flow"].new(values)._get_api_settings()

    def test_what_is_left_in_a_hidden_field_reaches_no_request(self):
        of_auth = {name for name in USED_WITH if name.startswith(("auth_", "oauth_"))}
        of_requests = USED_WITH.keys() - of_auth
        for fnames, fixed in (
            (of_auth, CHOICES.keys() - of_auth - {"auth_type"}),
            (of_requests, {"auth_type", "auth_param"}),
        ):
            for choices in self.combinations(*fixed):
                self.check_left_overs(fnames - CHOICES.keys(), choices)

    def check_left_overs(self, fnames, choices):
        fields = self.env["sync.flow"]._fields
        plain = self.settings(choices)
        for fname in fnames:
            left = {fname: LEFT[fields[fname].type]}
            changed = self.settings(choices, **left) != plain
            self.assertEqual(changed, self.shows(fname, choices), (fname, choices))

    def test_preset_that_was_emptied_leaves_no_end_of_the_list_behind(self):
        preset = self.env.ref("stock_sync_api.preset_ebay")
        self.backend.write(self.env["sync.flow"]._values_of_preset(preset))
        self.backend.write(
            {"paging": "page", "page_param": "page", "total_path": False}
        )
        self.backend.pages_path = False
        self.assertEqual(self.backend.next_path, "next", "it is still there")
        self.assertEqual(self.backend._get_api_settings().paging.next, "")
