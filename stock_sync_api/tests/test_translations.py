from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.tests.translations import TranslationsMixin

from .common import SERVICE_LOGGER, StockSyncCase

#: the customer's own words, in every language
_SAME_EVERYWHERE = {"API Synchronisation", "Lancer la synchronisation"}


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, StockSyncCase):
    addon = "stock_sync_api"

    def test_the_customers_own_words_stay(self):
        kept = {entry.msgid for entry in self.french if entry.msgid == entry.msgstr}
        self.assertLessEqual(_SAME_EVERYWHERE, kept)

    def _speak_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        # Of all addons at once, as when a person adds the language.
        self.env["ir.module.module"].search([])._update_translations(["fr_FR"])
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
        words = ["item_path", "request_mode"]
        flow = env["sync.flow"].fields_get(words)
        self.assertEqual(flow["item_path"]["string"], "Chemin d'un produit")
        self.assertIn("/stock/", flow["item_path"]["help"])
        self.assertEqual(flow["request_mode"]["string"], "Tous les produits")
        kinds = {**env["sync.flow"]._get_kinds(), "another": None}
        with patch.object(type(env["sync.flow"]), "_get_kinds", lambda flow: kinds):
            flow = env["sync.flow"].fields_get(words)
        self.assertEqual(flow["item_path"]["string"], "Chemin d'un enregistrement")
        cron = env.ref("stock_sync_api.ir_cron_stock_sync")
        self.assertEqual(cron.name, "Synchronisation du stock")
        form = env.ref("stock_sync_api.product_template_form_view")
        self.assertIn("Historique", form.arch)
        for label in _SAME_EVERYWHERE:
            self.assertIn(label, form.arch)
