import base64

import polib

from odoo import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def terms(self, text):
        return {entry.msgid: entry.msgstr for entry in polib.pofile(text)}

    def file(self, name):
        return self.terms(file_path(f"base_sync_api/i18n/{name}"))

    def test_the_template_has_the_terms_of_the_code(self):
        module = self.env.ref("base.module_base_sync_api")
        export = self.env["base.language.export"].create(
            {
                "lang": "__new__",
                "format": "po",
                "modules": [Command.set(module.ids)],
            }
        )
        export.act_getfile()
        in_code = self.terms(base64.b64decode(export.data).decode())
        self.assertEqual(self.file("base_sync_api.pot"), in_code)

    def test_french_is_complete(self):
        french = self.file("fr.po")
        self.assertEqual(french.keys(), self.file("base_sync_api.pot").keys())
        self.assertNotIn("", french.values())
