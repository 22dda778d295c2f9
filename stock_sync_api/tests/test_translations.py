import base64
import re

import polib

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from .common import SERVICE_LOGGER, StockSyncCase

REFRESH = """
To refresh the translations, in a database without demo data that has the addon, in
the folder that the addon is in:
    odoo i18n export -d DATABASE stock_sync_api
    cd stock_sync_api/i18n
    msgmerge --no-fuzzy-matching --update --backup=none fr.po stock_sync_api.pot
then translate what "msgattrib --untranslated fr.po" shows."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w+\}")
#: the customer's own words, in every language
_SAME_EVERYWHERE = {"API Synchronisation", "Lancer la synchronisation"}


@tagged("post_install", "-at_install")
class TestTranslations(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.module = cls.env["ir.module.module"].search(
            [("name", "=", "stock_sync_api")]
        )
        cls.template = cls._read("stock_sync_api.pot")
        cls.french = cls._read("fr.po")

    @staticmethod
    def _read(name):
        return polib.pofile(file_path(f"stock_sync_api/i18n/{name}"))

    @staticmethod
    def _terms(file):
        """Each term with each place that it is used in, except the demo data."""
        return {
            (entry.msgid, place)
            for entry in file
            for place, _line in entry.occurrences
            if ":stock_sync_api.demo_" not in place
        }

    def _assert_same_terms(self, file, wanted, name):
        terms, wanted = self._terms(file), self._terms(wanted)
        self.assertFalse(wanted - terms, f"{name} lacks terms.{REFRESH}")
        self.assertFalse(terms - wanted, f"{name} has obsolete terms.{REFRESH}")

    def test_the_template_has_the_terms_of_the_code(self):
        export = self.env["base.language.export"].create(
            {
                "lang": "__new__",
                "format": "po",
                "modules": [Command.set(self.module.ids)],
            }
        )
        export.act_getfile()
        in_code = polib.pofile(base64.b64decode(export.data).decode())
        self._assert_same_terms(self.template, in_code, "stock_sync_api.pot")

    def test_french_is_complete(self):
        self._assert_same_terms(self.french, self.template, "fr.po")
        self.assertFalse(self.french.obsolete_entries(), REFRESH)
        untranslated = [
            entry.msgid for entry in self.french if not entry.msgstr or entry.fuzzy
        ]
        self.assertFalse(untranslated, REFRESH)

    def test_french_keeps_the_placeholders(self):
        for entry in self.french:
            with self.subTest(entry.msgid):
                self.assertEqual(
                    set(_PLACEHOLDER.findall(entry.msgstr)),
                    set(_PLACEHOLDER.findall(entry.msgid)),
                )
                if "%(" in entry.msgid:
                    self.assertNotIn("%", _PLACEHOLDER.sub("", entry.msgstr))

    def test_the_customers_own_words_stay(self):
        kept = {entry.msgid for entry in self.french if entry.msgid == entry.msgstr}
        self.assertLessEqual(_SAME_EVERYWHERE, kept)

    def _speak_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.module._update_translations(["fr_FR"])
        self.user.lang = "fr_FR"

    def _click(self):
        """Press the button as the web client does, with the user's language."""
        with mute_logger(SERVICE_LOGGER):
            action = (
                self.product.with_user(self.user)
                .with_context(lang=self.user.lang)
                .action_stock_sync()
            )
        return action["params"]

    def test_the_buttons_answer_is_in_french(self):
        self._speak_french()
        self.api_says(0)
        answer = self._click()
        self.assertEqual(answer["title"], "Synchronisation du stock")
        self.assertEqual(answer["message"], "déjà à jour")

    def test_an_error_is_told_in_each_readers_language(self):
        self._speak_french()
        self.answers["123"] = (404, {}, "")  # without words of its own
        answer = self._click()
        self.assertEqual(
            answer["message"],
            "L'API ne connaît pas l'identifiant externe 123. Corrigez-le sur le"
            " produit, ou créez le produit dans l'autre système.",
        )
        binding = self.product.sync_binding_ids
        french = binding.with_context(lang="fr_FR")
        english = binding.with_context(lang="en_US")
        self.assertEqual(french.error_message, answer["message"])
        self.assertIn("does not know the external ID 123", english.error_message)

    def test_labels_and_views_are_in_french(self):
        self._speak_french()
        env = self.env(context={"lang": "fr_FR"})
        fields = env["product.template"].fields_get(["x_external_id", "sync_state"])
        self.assertEqual(fields["x_external_id"]["string"], "Identifiant externe")
        self.assertIn(("error", "Problème"), fields["sync_state"]["selection"])
        cron = env.ref("stock_sync_api.ir_cron_stock_sync")
        self.assertEqual(cron.name, "Synchronisation du stock")
        form = env.ref("stock_sync_api.product_template_form_view")
        self.assertIn("Historique", form.arch)
        for label in _SAME_EVERYWHERE:
            self.assertIn(label, form.arch)
