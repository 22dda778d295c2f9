from odoo.tests import TransactionCase, tagged

from odoo.addons.base_sync_api.tests.translations import TranslationsMixin


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, TransactionCase):
    addon = "base_sync_api_queue"
