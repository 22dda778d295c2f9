"""From bytes to plain Python and back, in each format, whatever comes."""

import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_server import answer

from odoo.addons.base_sync_api.client import (
    CODECS,
    BodyError,
    ClientError,
    Codec,
    InvalidResponse,
    RowMapping,
)
from odoo.addons.base_sync_api.client.codecs import charset_of, codec_for


def decoded(name, body, charset=""):
    return CODECS[name].decode(body, charset)


def reason(name, body, charset=""):
    with pytest.raises(InvalidResponse) as caught:
        decoded(name, body, charset)
    return caught.value.facts["reason"]


# Tables


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_table_becomes_objects_whatever_separates_its_cells(sign):
    lines = [["sku", "name", "free"], ["007", f'"a{sign} b"', "1"], ["8", "", '"2"']]
    body = "\r\n".join(sign.join(line) for line in lines).encode()
    assert decoded("csv", body) == [
        {"sku": "007", "name": f"a{sign} b", "free": "1"},
        {"sku": "8", "name": "", "free": "2"},
    ]


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("sku;größe\n1;ä".encode(), ""),
        ("\ufeffsku;größe\n1;ä".encode(), "iso-8859-1"),
        ("sku;größe\n1;ä".encode("cp1252"), "windows-1252"),
        ("sku;größe\n1;ä".encode("utf-16"), ""),
    ],
)
def test_a_table_is_read_in_its_charset(body, charset):
    assert decoded("csv", body, charset) == [{"sku": "1", "größe": "ä"}]


def test_empty_lines_lines_in_cells_and_a_separator_at_the_end_are_understood():
    body = b'\r\na;b;\r\n\r\n1;"x\r\ny";\r\n'
    assert decoded("csv", body) == [{"a": "1", "b": "x\r\ny"}]


def test_a_table_with_nothing_but_a_heading_is_empty():
    assert decoded("csv", b"a,b\r\n") == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"error": "no, you may not"}', "not_csv"),
        (b'[{"a": 1}]', "not_csv"),
        (b"<html><body>a, b</body></html>", "html"),
        (b"<items><item/></items>", "xml"),
        (b"Internal error", "not_csv"),
        (b"", "not_csv"),
        (b"a,b\n1", "not_csv"),  # cut short
        (b"a,b\n1,2,3", "not_csv"),
        (b"a,a\n1,2", "not_csv"),
        (b'a,b\n"1,2', "not_csv"),
        (b'a,b\n"1"x,2', "not_csv"),
        (b"a,b\n1,\x00", "not_csv"),
        (b",".join(b"%d" % n for n in range(1001)), "not_csv"),
        ("a,b\n1,ä".encode("cp1252"), "charset"),
    ],
)
def test_what_is_no_plain_table_is_refused(body, why):
    assert reason("csv", body) == why


def test_a_table_that_is_written_is_read_again():
    rows = [{"a": "1", "b": 'x,"y"\r\n'}, {"a": "", "b": "ä"}]
    assert decoded("csv", CODECS["csv"].encode(rows)) == rows


NO_TABLES = [{"a": 1}, "a,b", [1], [{"a": 1}, {"b": 1}], [{"a": [1]}], 7]
NO_TABLES += [[{"a": "\ud800"}]]


@pytest.mark.parametrize("rows", NO_TABLES)
def test_what_is_no_table_cannot_be_written_as_one(rows):
    with pytest.raises(BodyError):
        CODECS["csv"].encode(rows)


# XML


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"<a/>", {"a": None}),
        (b"<a> </a>", {"a": None}),
        (b"<a> 5 </a>", {"a": "5"}),
        (b'<a id="7"/>', {"a": {"@id": "7"}}),
        (b'<a id="7">x</a>', {"a": {"@id": "7", "#text": "x"}}),
        (b"<a><b>1</b><c/><b>2</b></a>", {"a": {"b": ["1", "2"], "c": None}}),
        (b"<a>x<b/>y</a>", {"a": {"b": None, "#text": "xy"}}),
        (b"<a><![CDATA[<&>]]>&lt;&#228;</a>", {"a": "<&><ä"}),
        (b"<!-- x --><a><?php x?><!-- y -->1</a>", {"a": "1"}),
        (
            b'<s:a xmlns:s="urn:x" xmlns="urn:y" s:id="1"><b>2</b></s:a>',
            {"a": {"@id": "1", "b": "2"}},
        ),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe4</a>', {"a": "ä"}),
        ("<a>ä</a>".encode("utf-16"), {"a": "ä"}),
        (b"\xef\xbb\xbf<a>\xc3\xa4</a>", {"a": "ä"}),
    ],
)
def test_an_element_becomes_an_object_a_text_or_null(body, document):
    assert decoded("xml", body) == document


def test_a_charset_counts_where_the_document_names_none():
    body = "<a>ä</a>".encode("cp1252")
    assert decoded("xml", body, "windows-1252") == {"a": "ä"}
    body = b'<?xml version="1.0" encoding="utf-8"?><a>\xc3\xa4</a>'
    assert decoded("xml", body, "iso-8859-1") == {"a": "ä"}


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol")
    for n in range(10)
)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE a [" + LAUGHS + b"]><a>&l9;</a>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        b"<!DOCTYPE a><a/>",
    ],
    ids=["laughs", "file", "dtd", "parameter entity", "defaults", "only the name"],
)
def test_a_document_type_is_refused_and_nothing_is_fetched(body):
    assert reason("xml", body) == "xml_doctype"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_xml"),
        (b"{}", "not_xml"),
        (b"<a>", "not_xml"),
        (b"<a/><b/>", "not_xml"),
        (b"<a>&x;</a>", "not_xml"),
        (b"<a b='1' b='2'/>", "not_xml"),
        (b"<x:a/>", "not_xml"),
        (b"<a>\x00</a>", "not_xml"),
        (b"<a>\xe4</a>", "not_xml"),
        (b"<a>" * 101 + b"</a>" * 101, "not_xml"),
        (b"<a>" * 100_000, "not_xml"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "not_xml"),
        (b"<!doctype html><html></html>", "html"),
        (b"<html><body/></html>", "html"),
    ],
)
def test_what_is_no_plain_xml_is_refused(body, why):
    assert reason("xml", body) == why


def test_a_document_that_is_written_is_read_again():
    document = {"a": {"@id": "7 <&\"'>", "b": ["1", {"c": None}], "#text": "ä"}}
    assert decoded("xml", CODECS["xml"].encode(document)) == document
    assert b"<n>7</n>" in CODECS["xml"].encode({"n": 7})


@pytest.mark.parametrize(
    "document",
    [
        *([], {}, "a", {"a": 1, "b": 2}, {"a": [1, 2]}, {"a b": 1}, {"1": 1}, {"": 1}),
        *({"a": "\x00"}, {"a": "\ud800"}, {"a": True}, {"a": {"@b": [1]}}, {1: 1}),
        *({"a": {"@b c": 1}}, {"a": {"x><y": 1}}),
    ],
)
def test_what_xml_cannot_say_cannot_be_written(document):
    with pytest.raises(BodyError):
        CODECS["xml"].encode(document)


def test_a_document_that_is_too_deep_cannot_be_written():
    document = {"a": None}
    for _ in range(101):
        document = {"a": document}
    with pytest.raises(BodyError):
        CODECS["xml"].encode(document)


# Forms


def test_a_form_becomes_its_fields():
    body = b"a=1&b=x+y%C3%A4&c=&a=2&a=2\n"
    assert decoded("form", body) == {"a": ["1", "2", "2"], "b": "x yä", "c": ""}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_form"),
        (b"hello", "not_form"),
        (b'{"a": "b=c"}', "not_form"),
        (b"<html><a href='?a=b'>x</a></html>", "html"),
        (b"a=%ff", "not_form"),
        (b"a=\xe4", "charset"),
        ("a=ä".encode(), "not_form"),
        (b"&".join([b"a=1"] * 10_001), "not_form"),
    ],
)
def test_what_is_no_plain_form_is_refused(body, why):
    assert reason("form", body) == why


def test_a_form_that_is_written_is_read_again():
    fields = {"a": ["1", "2"], "b": "x yä&=", "c": ""}
    assert decoded("form", CODECS["form"].encode(fields)) == fields
    assert CODECS["form"].encode([("a", 1), ("a", "2")]) == b"a=1&a=2"


@pytest.mark.parametrize(
    "fields",
    [
        {"a": {"b": 1}},
        {"a": None},
        {"a": True},
        {"a": [[1]]},
        [1],
        ["ab"],
        {"a": "\ud800"},
    ],
)
def test_what_is_no_form_cannot_be_written_as_one(fields):
    with pytest.raises(BodyError):
        CODECS["form"].encode(fields)


# JSON


@pytest.mark.parametrize("value", [float("nan"), {1: {2}}, object(), b"x"])
def test_what_json_has_no_word_for_cannot_be_written(value):
    with pytest.raises(BodyError):
        CODECS["json"].encode(value)


def test_json_is_utf_8_whatever_its_header_says():
    assert decoded("json", '"ä"'.encode(), "iso-8859-1") == "ä"
    assert reason("json", '"ä"'.encode("latin-1"), "iso-8859-1") == "not_json"


# Which one


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        ("application/hal+json", "json"),
        ("text/csv; header=present", "csv"),
        ("text/tab-separated-values", "csv"),
        ("text/xml", "xml"),
        ("application/soap+xml; charset=utf-8", "xml"),
        ("application/x-www-form-urlencoded", "form"),
        ("text/plain", "json"),
        ("", "json"),
        (";;;", "json"),
    ],
)
def test_the_content_type_chooses_the_codec(content_type, name):
    assert codec_for(content_type) is CODECS[name]


#: as it comes out of a header
header_texts = st.text(
    st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"])
)


@given(header_texts)
def test_any_content_type_has_a_codec_and_a_charset(content_type):
    assert codec_for(content_type)
    assert isinstance(charset_of(content_type), str)


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "idna", "utf-7", "no-such", "\x00"]
)
def test_what_is_no_charset_is_refused(charset):
    assert reason("csv", b"a,b\n1,2", charset) == "charset"


ROWS = RowMapping(rows="items.item")
XML = b"<items><item><sku>1</sku></item><item><sku>2</sku></item></items>"


def rows_of(api):
    return [row for page in api.pages() for row in page.rows]


@pytest.mark.parametrize("codec", ["xml", ""])
def test_rows_of_xml_are_read(serve, open_api, codec):
    server = serve(answer(XML, content_type="text/xml"))
    settings = {"codec": codec, "list_path": "/x", "mapping": ROWS}
    assert rows_of(open_api(server, settings=settings)) == [{"sku": "1"}, {"sku": "2"}]
    accepted = {"xml": b"application/xml, text/xml", "": b"*/*"}
    assert server.header("Accept") == accepted[codec]


def test_one_row_of_xml_is_a_list_of_one(serve, open_api):
    server = serve(answer(b"<items><item><sku>1</sku></item></items>"))
    settings = {"codec": "xml", "list_path": "/x", "mapping": ROWS}
    assert rows_of(open_api(server, settings=settings)) == [{"sku": "1"}]


def test_one_object_of_json_is_no_list(serve, open_api):
    server = serve(answer(b'{"items": {"sku": "1"}}'))
    with pytest.raises(ClientError) as caught:
        rows_of(open_api(server, settings={"list_path": "/x"}))
    assert caught.value.facts["reason"] == "no_rows"


def test_rows_of_a_table_are_read(serve, open_api):
    server = serve(
        answer(
            "sku;größe\n1;ä".encode("cp1252"), content_type="text/csv; charset=cp1252"
        )
    )
    settings = {"codec": "csv", "list_path": "/x", "mapping": RowMapping(rows="@")}
    assert rows_of(open_api(server, settings=settings)) == [{"sku": "1", "größe": "ä"}]


def test_one_thing_is_read_with_the_codec_as_well(serve, open_api):
    server = serve(answer(b"<item><sku>1</sku></item>"))
    mapping = RowMapping(item_rows="item")
    settings = {"codec": "xml", "item_path": "/x/{external_id}", "mapping": mapping}
    assert open_api(server, settings=settings).rows_about("1") == [{"sku": "1"}]


@pytest.mark.parametrize("content_type", ["text/csv", "text/xml", "text/html", "x"])
def test_a_content_type_that_lies_does_not_matter_where_the_codec_is_set(
    serve, open_api, content_type
):
    server = serve(answer(b'{"items": [{"sku": 1}]}', content_type=content_type))
    assert rows_of(open_api(server, settings={"list_path": "/x"})) == [{"sku": "1"}]
    assert server.header("Accept") == b"application/json"


def test_another_addon_may_add_a_codec(serve, open_api, monkeypatch):
    lines = Codec(
        ("application/x-ndjson",),
        lambda body, charset: [json.loads(line) for line in body.splitlines()],
        lambda rows: b"\n".join(json.dumps(row).encode() for row in rows),
    )
    monkeypatch.delitem(CODECS, "ndjson", raising=False)
    CODECS.add("ndjson", lines)
    server = serve(
        answer(b'{"a": "1"}\n{"a": "2"}', content_type="application/x-ndjson")
    )
    settings = {"codec": "", "list_path": "/x", "mapping": RowMapping(rows="@")}
    api = open_api(server, settings=settings)
    assert rows_of(api) == [{"a": "1"}, {"a": "2"}]
    api.request("POST", "/y", [{"a": 1}], codec="ndjson")
    assert server.bodies[-1] == b'{"a": 1}'
    with pytest.raises(ValueError, match="ndjson"):
        CODECS.add("ndjson", lines._replace(has_no_lists=True))


def test_a_codec_that_nobody_has_added_is_told_with_those_there_are(open_api):
    with pytest.raises(LookupError, match="'yaml'.*csv.*form.*json.*xml"):
        open_api("http://127.0.0.1", settings={"codec": "yaml"})


# Whatever comes

ORIGINALS = {
    "json": b'{"items": [{"sku": "1", "n": 5.0}], "x": null}',
    "csv": b'sku;name;n\r\n1;"a;b";5\r\n2;"c";6\r\n',
    "xml": b'<?xml version="1.0"?><a xmlns="u"><b c="d">&lt;<![CDATA[x]]></b><b/></a>',
    "form": b"a=1&b=x+y%C3%A4&a=2",
}
PIECES = [b"<!DOCTYPE a [", b'<!ENTITY x "y">', b"&x;", b"<a>", b"</a>", b'"', b"%ff"]


@st.composite
def mutated(draw, original):
    data = original
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 8)))
        piece = draw(st.binary(max_size=6) | st.sampled_from(PIECES))
        data = data[:start] + piece + data[end:]
    return data


def is_plain(value):
    if isinstance(value, dict):
        return all(type(key) is str and is_plain(value[key]) for key in value)
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, str | bool)


charsets = st.sampled_from(["", "utf-8", "iso-8859-1", "utf-16", "cp037", "x"])
anything = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("name", ORIGINALS)
@given(st.data(), charsets)
@anything
def test_any_body_is_plain_python_or_one_typed_error(name, data, charset):
    body = data.draw(st.binary(max_size=60) | mutated(ORIGINALS[name]))
    try:
        document = decoded(name, body, charset)
    except InvalidResponse as error:
        assert error.facts["reason"]
        json.dumps(error.facts)
        return
    assert is_plain(document)


texts = st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ORIGINALS)
@given(values)
@anything
def test_anything_is_written_or_one_error_says_why_not(name, value):
    try:
        body = CODECS[name].encode(value)
    except BodyError as error:
        assert str(error)
        return
    assert isinstance(body, bytes)


EXPENSIVE = {
    "csv": b"a,b" + b"," * 900 + b"\n" + (b"," * 901 + b"\n") * 1100,
    "xml": b"<r>" + b'<a b=""/>' * 110_000 + b"</r>",
    "form": b"&".join([b"a=1"] * 10_000),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_the_most_expensive_body_of_a_megabyte_takes_bounded_memory(name):
    tracemalloc.start()
    try:
        decoded(name, EXPENSIVE[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60 * 2**20
