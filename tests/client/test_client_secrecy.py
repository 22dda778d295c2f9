"""An echoed secret is shown in no encoding."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_server import answer

from odoo.addons.base_sync_api.client import Auth
from odoo.addons.base_sync_api.client.secrecy import reveals, without_secrets

SECRETS = ["s3cret/key+9==", 'p"ä\\ss&wörd <1>', "AKIA0123456789ABCDEF"]


def entities(text):
    return "".join(f"&#{ord(char)};" for char in text)


def hexadecimal_entities(text):
    return "".join(f"&#x{ord(char):X};" for char in text)


def escapes(text):
    return "".join(f"\\u{ord(char):04X}" for char in text)


def some_escapes(text):
    return "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in text)


def slashes(text):
    return json.dumps(text)[1:-1].replace("/", "\\/")


def percent(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


def lower_percent(text):
    return "".join(
        part.lower() if part.startswith("%") else part
        for part in (quote(char, safe="") for char in text)
    )


def b64(text):
    return base64.b64encode(text.encode()).decode()


def url_b64(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ENCODINGS = {
    each.__name__: each
    for each in (
        entities,
        hexadecimal_entities,
        escapes,
        some_escapes,
        slashes,
        percent,
        lower_percent,
        b64,
        url_b64,
        html.escape,
        quote,
        quote_plus,
        str.upper,
        str.lower,
    )
}
ENCODINGS |= {
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML of JSON": lambda text: html.escape(some_escapes(text)),
    "base64 of JSON": lambda text: b64(json.dumps({"key": text})),
    "base64 of base64": lambda text: b64(b64(text)),
    "base64 in JSON": lambda text: b64("xy" + text).replace("/", "\\/"),
    "base64 in lines": lambda text: "\n".join(
        b64("head: " + text)[i : i + 8] for i in range(0, 96, 8)
    ),
    "with a user": lambda text: b64("someone:" + text),
    "hexadecimal": lambda text: text.encode().hex(),
    "one character a line": "\n".join,
    "UTF-16": lambda text: text.encode("utf-16-le").decode("latin-1"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "around",
    ["{}", '{{"you sent": "{}", "at": 7}}', "X-Key: {}\r\nHost: a.b", "ab{}cd"],
)
def test_a_secret_is_found_in_whatever_encoding(secret, encoding, around):
    text = around.format(ENCODINGS[encoding](secret))
    shown = without_secrets(text, [secret], Auth(secret=secret).traces())
    if shown is not None:
        assert "•••" in shown
        left = text
        for trace in sorted(Auth(secret=secret).traces(), key=len, reverse=True):
            left = left.replace(trace, "•••")
        assert shown == left


@pytest.mark.parametrize(
    "text",
    [
        '{"items": [{"product_id": "123", "quantity": 50}], "page": 1, "pages": 20}',
        "<html><body>Not found</body></html>",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
        "key",
        "",
    ],
)
def test_an_answer_without_the_secret_is_shown_as_it_is(text):
    for secret in SECRETS:
        assert without_secrets(text, [secret], Auth(secret=secret).traces()) == text


@pytest.mark.parametrize("secret", ["", "a", "12", "abc"])
def test_a_secret_of_a_few_characters_hides_no_whole_answer(secret):
    text = '{"items": [{"product_id": "999"}]}'
    shown = without_secrets(text, [secret], Auth(secret=secret).traces())
    assert shown is not None


@given(st.text(min_size=8), st.text(), st.text())
def test_a_secret_as_it_is_never_passes(secret, before, after):
    assert reveals(before + secret + after, [secret])


@given(st.text(), st.binary())
def test_any_text_can_be_looked_at(text, body):
    for each in (text, body.decode(errors="replace")):
        assert reveals(each, ["s3cret/key+9=="]) in (True, False)


@pytest.mark.parametrize("encoding", ENCODINGS.keys() - {"UTF-16"})
def test_the_dialog_shows_no_answer_that_may_hold_the_key(serve, connect, encoding):
    echo = ENCODINGS[encoding](SECRETS[0])
    reply = answer(b'{"a": "' + echo.encode() + b'"}', status=400)
    for settings in (
        {"secret_headers": (("X-Key", SECRETS[0]),)},
        {"secret_params": (("key", SECRETS[0]),)},
    ):
        sample = connect(serve(reply), settings=settings).sample("1")
        assert echo not in sample.excerpt
        assert not reveals(sample.excerpt, [SECRETS[0]])
        assert sample.withheld or "•••" in sample.excerpt
        assert SECRETS[0] not in repr(sample)


def test_a_key_at_the_end_of_what_is_shown_is_not_shown_in_part(serve, connect):
    body = b"x" * 1990 + SECRETS[2].encode() + b"y" * 9000
    sample = connect(
        serve(answer(body, status=400)), Auth("bearer", SECRETS[2])
    ).sample("1")
    assert "AKIA" not in sample.excerpt
