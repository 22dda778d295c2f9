"""Whatever an API sends, the client gives levels or one typed error."""

import json
import re
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.addons.base_sync_api.client import ClientError, Limits, MappingError, Paging
from odoo.addons.base_sync_api.client.answer import Answer
from odoo.addons.base_sync_api.client.transport import Transport
from odoo.addons.stock_sync_api.client import Mapping, StockApi, StockApiSettings

URL = "http://127.0.0.1/api"
IDS = ["1", "2", "A/7 é"]
CODES = {
    *("connection_error", "timeout", "auth_failed", "rate_limited", "http_error"),
    *("invalid_response", "product_not_found", "product_mismatch"),
    *("invalid_quantity", "not_in_answer"),
}
#: no id of a database, no number that a float column could lose
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_TOO_MUCH = Decimal(10) ** 11

bounded = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@contextmanager
def answering(bodies, headers):
    """A client whose API sends these bodies, one after the other, the last for ever."""
    left = list(bodies)

    def request(transport, method, url, *rest, **options):
        return Answer(url, 200, headers, left.pop(0) if len(left) > 1 else left[0])

    with patch.object(Transport, "request", request):
        yield


def check_level(level):
    assert 0 < len(level.external_id) <= 256
    assert not _CONTROL.search(level.external_id)
    assert level.location_code is None or not _CONTROL.search(level.location_code)
    assert level.date is None or level.date.tzinfo is None
    if level.quantity is not None:
        assert level.quantity.is_finite()
        assert abs(level.quantity) < _TOO_MUCH


def check_error(error):
    assert error.code in CODES
    json.dumps(error.facts)  # they are stored with the product


def check_answers(settings_):
    """Ask in every way that the settings allow."""
    limits = Limits(max_attempts=1, max_pages=5)
    with StockApi(
        StockApiSettings(URL, limits=limits, concurrency=1, **settings_)
    ) as api:
        answered = []
        for external_id, answer in api.get_levels(IDS):
            answered.append(external_id)
            if isinstance(answer, ClientError):
                check_error(answer)
            else:
                assert answer
                for level in answer:
                    check_level(level)
        assert answered == IDS
    if settings_["list_path"]:
        with StockApi(StockApiSettings(URL, limits=limits, **settings_)) as api:
            try:
                for page in api.pages():
                    json.dumps(page.state)
                    for level in page.levels:
                        check_level(level)
                    for _external_id, error in page.faults:
                        check_error(error)
            except ClientError as error:
                check_error(error)


keys = st.sampled_from(["product_id", "quantity", "updated_at", "items", "next", "x"])
keys |= st.sampled_from(["total", "pages", "location", "levels", "rev"]) | st.text()
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([*IDS, "50", "1e400", "-0", "2025-11-03T12:00:00Z", "٣", "1_0"])
)
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5)
    ),
    max_leaves=20,
)
times = st.sampled_from(["2025-11-03T12:00:00Z", "2025-11-03 12:00:00+05:00"])
good_rows = st.fixed_dictionaries(
    {
        "product_id": st.sampled_from([*IDS, "3", 1, 2]),
        "quantity": st.integers(0, 50) | st.sampled_from(["50", "0.5", None]),
        "updated_at": times,
        "rev": st.integers(0, 9),
    }
)
odd_rows = st.fixed_dictionaries(
    {},
    optional={
        "product_id": st.sampled_from([*IDS, "", None, "\ud800", "\x00"]) | leaves,
        "quantity": st.integers(-5, 50) | leaves,
        "updated_at": times | st.just(1762171200) | leaves,
        "location": leaves,
        "rev": leaves,
        "levels": st.lists(st.dictionaries(keys, leaves, max_size=3), max_size=3),
    },
)
rows = good_rows | odd_rows
lists = st.fixed_dictionaries(
    {"items": st.lists(rows, max_size=4) | documents},
    optional={
        "next": st.sampled_from(["a", "b", 3]) | documents,
        "total": st.integers(0, 20) | documents,
        "pages": st.integers(0, 5) | documents,
    },
)


@st.composite
def mutated(draw, originals):
    """A document with a few bytes replaced."""
    data = json.dumps(draw(originals)).encode(errors="surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        start = draw(st.integers(0, len(data)))
        data = data[:start] + draw(st.binary(max_size=4)) + data[start + 2 :]
    return data


bodies = st.lists(
    mutated(rows) | mutated(lists) | mutated(documents) | st.binary(),
    min_size=1,
    max_size=4,
)
headers = st.dictionaries(
    st.sampled_from(["Link", "X-Pages", "X-Next"]),
    st.text(st.characters(max_codepoint=255))
    | st.sampled_from(['</b>; rel="next"', "<//[>; rel=next", "<", "5", "-1"]),
)

identifiers = st.sampled_from(
    ["items", "product_id", "quantity", "levels", "location", "next", "x", '"é "']
)
literals = st.sampled_from(["`0`", "`null`", "`[1]`", "`1e999`", "'text'", "`{}`"])
expressions = st.recursive(
    identifiers | literals | st.sampled_from(["@", "*", "[]", "[0]", "[*]", "[::-1]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(".".join),
        st.tuples(
            inner, st.sampled_from(["==", "<", ">=", "||", "&&", "|"]), inner
        ).map(" ".join),
        inner.map("[?{}]".format),
        inner.map("!{}".format),
        inner.map("{}[]".format),
        inner.map("{{a: {}}}".format),
        st.tuples(
            st.sampled_from(
                ["items", "total", "sum", "leaves", "keys", "values", "length", "max"]
                + ["min", "avg", "abs", "to_number", "to_string", "reverse", "sort"]
                + ["flatten", "type", "not_null", "ceil", "floor", "join", "children"]
            ),
            st.lists(inner, max_size=2).map(", ".join),
        ).map(lambda call: f"{call[0]}({call[1]})"),
        st.tuples(
            st.sampled_from(["sort_by", "max_by", "min_by", "map", "difference"]),
            inner,
            inner,
        ).map(lambda call: f"{call[0]}({call[1]}, &{call[2]})"),
    ),
    max_leaves=6,
)
expressions |= st.text(max_size=8)

pagings = st.builds(
    Paging,
    kind=st.sampled_from(
        ["none", "page", "offset", "cursor", "link", "next_url", "version"]
    ),
    next=st.sampled_from(["next", "rev", "header:X-Next"]),
    pages=st.sampled_from(["", "pages", "header:X-Pages"]),
    total=st.sampled_from(["", "total"]),
)


@given(bodies)
@bounded
@example([b'{"product_id": "1", "quantity": 5}'])
def test_about_one_product(bodies):
    with answering(bodies, {}):
        check_answers({"list_path": ""})


@given(bodies, headers, pagings)
@bounded
@example([b'{"items": [{"product_id": "1", "quantity": 5}]}'], {}, Paging())
def test_about_a_list_in_any_kind_of_pages(bodies, headers, paging):
    with answering(bodies, headers):
        check_answers({"list_path": "/all", "item_path": "", "paging": paging})


@given(bodies, headers, pagings, st.sampled_from(["GET", "POST"]))
@bounded
def test_about_several_products(bodies, headers, paging, method):
    with answering(bodies, headers):
        check_answers(
            {"list_path": "/all", "mode": "ids", "paging": paging, "method": method}
        )


@given(
    bodies,
    st.fixed_dictionaries(
        {"rows": expressions, "item_rows": expressions, "quantity": expressions},
        optional=dict.fromkeys(
            ("external_id", "location", "date", "levels", "filter", "success"),
            expressions,
        ),
    ),
    st.sampled_from(["item", "list", "ids"]),
)
@bounded
def test_with_any_expressions_in_the_mapping(bodies, mapping, mode):
    mapping = Mapping(**{name: text or "@" for name, text in mapping.items()})
    try:
        mapping.check()
    except MappingError as error:
        assert error.message
        assert error.position is None or error.position >= 0
        return
    with answering(bodies, {}):
        check_answers({"list_path": "/all", "mode": mode, "mapping": mapping})


@given(bodies, expressions, expressions, expressions)
@bounded
def test_with_any_expressions_in_the_paging(bodies, next_, pages, total):
    paging = Paging("cursor", next=next_, pages=pages, total=total)
    try:
        paging.check()
    except MappingError:
        return
    for kind in ("page", "cursor", "next_url", "version"):
        with answering(bodies, {}):
            check_answers(
                {
                    "list_path": "/all",
                    "paging": Paging(kind, next=next_, pages=pages, total=total),
                }
            )
