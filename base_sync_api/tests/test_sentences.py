"""What is said about errors of any kind of flow."""

import re

from odoo.tests import TransactionCase, tagged

from ..client import errors
from ..models.sync_error import ERROR_CODES, SENTENCES


@tagged("post_install", "-at_install")
class TestSentences(TransactionCase):
    FACTS = {
        "user": "Eve",
        "company": "My Company",
        "backend": "Central bank",
        "host": "api.example.com",
        "hosts": "api.example.com",
        "host_name": "SYNC_KEY_HOST",
        "target": "elsewhere.example",
        "status": 500,
        "name": "SYNC_KEY",
        "megabytes": 32,
        "code": "from_another_world",
    }

    def explain(self, code, facts):
        return self.env["sync.error"]._explain(code, facts, "of_no_kind")

    def test_every_code_has_a_sentence_and_every_sentence_a_code(self):
        codes = {code for code, _label in ERROR_CODES}
        self.assertEqual(codes, {key.partition(".")[0] for key in SENTENCES})
        self.assertFalse(codes - SENTENCES.keys(), "each needs one without a reason")

    def test_every_code_of_the_client_has_a_sentence(self):
        def all_of(cls):
            yield cls
            for more in cls.__subclasses__():
                yield from all_of(more)

        mine = {
            cls.code
            for cls in all_of(errors.ClientError)
            if cls.__module__ == errors.__name__
        }
        # Of kinds that ask about single records: these have words for it.
        self.assertEqual(mine - SENTENCES.keys(), {"not_in_answer"})

    def test_every_sentence_renders(self):
        for key, sentence in SENTENCES.items():
            code, _dot, reason = key.partition(".")
            with self.subTest(key):
                names = re.findall(r"%\((\w+)\)s", str(sentence))
                facts = {name: self.FACTS.get(name, 7) for name in names}
                message = self.explain(code, {**facts, "reason": reason})
                self.assertTrue(message.endswith("."))
                self.assertNotRegex(message, r"%|[{}]|\bNone\b|\bFalse\b")
                for fact in facts.values():
                    self.assertIn(str(fact), message)

    def test_a_sentence_is_no_nearer_to_one_kind_than_to_another(self):
        words = re.compile(r"stock|product|inventory|warehouse|location|quantit", re.I)
        for key, sentence in SENTENCES.items():
            self.assertNotRegex(str(sentence), words, key)

    def test_facts_that_look_like_placeholders_are_harmless(self):
        message = self.explain("connection_error", {"host": "100%(x)s %s"})
        self.assertIn("100%(x)s %s", message)

    def test_a_fact_that_is_missing_is_a_question_mark(self):
        message = self.explain("not_configured", {"reason": "no_address"})
        self.assertTrue(message.startswith("? has no address"))

    def test_an_unknown_reason_falls_back_to_the_sentence_of_the_code(self):
        message = self.explain("connection_error", {"host": "h", "reason": "martians"})
        self.assertIn("broke off", message)

    def test_an_unknown_code_is_named(self):
        message = self.explain("martians", {"host": "h"})
        self.assertIn("no words yet: martians", message)
        values = self.env["sync.error"]._error_values("martians", {"host": "h"})
        facts = {"host": "h", "code": "martians"}
        self.assertEqual(values, {"error_code": "unknown_error", "error_facts": facts})

    def test_what_the_api_says_is_quoted(self):
        message = self.explain("http_error", {"host": "h", "said": "No such list"})
        self.assertTrue(message.endswith("The API says: “No such list”."))

    def test_numbers_are_written_as_the_reader_does(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["sync.error"].with_context(lang="fr_FR")
        facts = {"pages": 20000, "reason": "endless_pages"}
        self.assertIn("20,000", self.explain("invalid_response", facts))
        self.assertIn(
            "20 000",
            french._explain("invalid_response", facts)
            .replace("\u202f", " ")
            .replace("\xa0", " "),
        )
