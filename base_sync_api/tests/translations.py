import base64
import re

import polib

from odoo import Command
from odoo.tools import file_path

_REFRESH = """
To refresh the translations, in a database without demo data that has the addon and no
other that depends on it, in the folder that the addon is in:
    odoo i18n export -d DATABASE {addon}
    cd {addon}/i18n
    msgmerge --no-fuzzy-matching --update --backup=none fr.po {addon}.pot
then translate what "msgattrib --untranslated fr.po" shows."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w+\}")


class TranslationsMixin:
    """Tests of the translations of an addon, for a test case of Odoo."""

    allow_inherited_tests_method = True
    #: the technical name of the addon
    addon = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.module = cls.env["ir.module.module"].search([("name", "=", cls.addon)])
        cls.template = cls._read(f"{cls.addon}.pot")
        cls.french = cls._read("fr.po")
        cls.refresh = _REFRESH.format(addon=cls.addon)

    @classmethod
    def _read(cls, name):
        return polib.pofile(file_path(f"{cls.addon}/i18n/{name}"))

    def _terms(self, file):
        """Each term with each place that it is used in, except the demo data."""
        return {
            (entry.msgid, place)
            for entry in file
            for place, _line in entry.occurrences
            if f":{self.addon}.demo_" not in place
        }

    def _assert_same_terms(self, file, wanted, name):
        terms, wanted = self._terms(file), self._terms(wanted)
        self.assertFalse(wanted - terms, f"{name} lacks terms.{self.refresh}")
        self.assertFalse(terms - wanted, f"{name} has obsolete terms.{self.refresh}")

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
        self._assert_same_terms(self.template, in_code, f"{self.addon}.pot")

    def test_french_is_complete(self):
        self._assert_same_terms(self.french, self.template, "fr.po")
        self.assertFalse(self.french.obsolete_entries(), self.refresh)
        untranslated = [
            entry.msgid for entry in self.french if not entry.msgstr or entry.fuzzy
        ]
        self.assertFalse(untranslated, self.refresh)

    def test_french_keeps_the_placeholders(self):
        for entry in self.french:
            with self.subTest(entry.msgid):
                self.assertEqual(
                    set(_PLACEHOLDER.findall(entry.msgstr)),
                    set(_PLACEHOLDER.findall(entry.msgid)),
                )
                if "%(" in entry.msgid:
                    self.assertNotIn("%", _PLACEHOLDER.sub("", entry.msgstr))
