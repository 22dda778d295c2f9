"""``client/codecs/strict_json.py`` against the public corpus of JSON texts.

What it does otherwise than the corpus has it, or than parsers usually do, is listed
here with the reason.
"""

import pytest
from json_corpus import MUST_ACCEPT, MUST_REJECT

from odoo.addons.base_sync_api.client import InvalidResponse
from odoo.addons.base_sync_api.client.codecs import strict_json

#: refused although RFC 8259 allows it: which of the two quantities is meant?
DUPLICATE_KEYS = {"object_duplicated_key", "object_duplicated_key_and_value"}


def values(names):
    return [pytest.param(name, id=name) for name in sorted(names)]


@pytest.mark.parametrize("name", values(MUST_ACCEPT.keys() - DUPLICATE_KEYS))
def test_what_must_be_accepted_is(name):
    strict_json.loads(MUST_ACCEPT[name])


@pytest.mark.parametrize("name", values(MUST_REJECT))
def test_what_must_be_rejected_is(name):
    with pytest.raises(InvalidResponse):
        strict_json.loads(MUST_REJECT[name])


@pytest.mark.parametrize("name", values(DUPLICATE_KEYS))
def test_an_object_with_the_same_key_twice_is_refused(name):
    with pytest.raises(InvalidResponse):
        strict_json.loads(MUST_ACCEPT[name])


@pytest.mark.parametrize("text", ["1e400", "-0", "1E+2", "0.10", "9" * 5000])
def test_a_number_keeps_the_text_that_was_sent(text):
    assert strict_json.loads(f"[{text}]".encode()) == [text]


def test_a_byte_order_mark_is_passed_over_as_some_servers_send_one():
    assert strict_json.loads(b"\xef\xbb\xbf{}") == {}


def test_json_in_another_encoding_than_utf8_is_refused():
    with pytest.raises(InvalidResponse):
        strict_json.loads("[]".encode("utf-16"))
