from odoo.tests import TransactionCase, tagged

from .translations import TranslationsMixin


@tagged("post_install", "-at_install")
class TestTranslations(TranslationsMixin, TransactionCase):
    addon = "base_sync_api"
