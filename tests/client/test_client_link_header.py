import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_server import answer, document, replying

from odoo.addons.base_sync_api.client import ClientError, Paging
from odoo.addons.base_sync_api.client.link_header import next_target, parse_links
from odoo.addons.stock_sync_api.client import Mapping

NEXT = {
    '</b>; rel="next"': "/b",
    "</b>;rel=next": "/b",
    "<b>; rel=next,": "b",
    '</b>; REL="NEXT"': "/b",
    '</b> ; rel = "next"': "/b",
    '</b;x=1>; rel="next"': "/b;x=1",
    '</b?ids=1,2,3>; rel="next"': "/b?ids=1,2,3",
    '</b?f=a;b,c>; rel="next", </c>; rel="last"': "/b?f=a;b,c",
    '</a>; rel="prev start", </b>; rel="last next"': "/b",
    '</a>; title="x, </z>; rel=next"; rel="prev", </b>; rel="next"': "/b",
    r'</b>; title="a \"quoted\", one"; rel="next"': "/b",
    "</b>; title*=UTF-8''n%c3%a4chste; rel=next": "/b",
    '</b>; crossorigin; rel="next"': "/b",
    '</b>;; rel="next";': "/b",
    "</b>; rel='next'": "/b",
    '</b>;\r\n rel="next"': "/b",
    ', ,</a>; rel="first" ,\t</b>; rel="next"': "/b",
    '</b>; rel="next", </b>; rel="next"; type="text/html"': "/b",
    '<>; rel="next"': "",
}


@pytest.mark.parametrize("header", NEXT)
def test_the_next_page_is_found_as_the_standard_has_it(header):
    assert next_target(header) == NEXT[header]


@pytest.mark.parametrize(
    "header",
    [
        "",
        " , ",
        '</a>; rel="prev"',
        '</a>; rel="prev"; rel="next"',  # of two, the first counts
        '</a>; rel="nextcloud"',
        '</a>; title="rel=next"; rel="first"',
        "</style.css>; rel=preload; as=style",
    ],
)
def test_a_header_that_names_no_next_page_is_the_end(header):
    assert next_target(header) is None


@pytest.mark.parametrize(
    "header",
    [
        "nonsense",
        "/b; rel=next",
        '"/b"; rel=next',
        "</b; rel=next",
        "</b>",
        "</b> rel=next",
        "<>;;;",
        '</b>; rel="next',
        '</b>; rel="next" and more',
        "</a>; rel=prev </b>; rel=next",
        "</a>; rel=next, </b>; rel=next",
        '</b>; rel="next"; anchor="/other"',
        "</a>; rel=first, {}",
    ],
)
def test_what_cannot_be_understood_is_never_the_end(header):
    with pytest.raises(ValueError):
        next_target(header)


@given(st.text(st.sampled_from('<>/a;,= "\\\r\nrelnxt'), max_size=30) | st.text())
def test_whatever_is_sent_gives_links_or_one_error(header):
    try:
        for target, parameters in parse_links(header):
            assert "<" not in target
            assert all(name == name.lower() for name in parameters)
    except ValueError:
        pass


@pytest.fixture
def read(serve, connect):
    """What a list by link headers gives: ``read(first_header, ...)``."""

    def start(*links):
        head = b"".join(b"\r\nLink: " + link.encode() for link in links)

        def reply(question):
            first = question.path == "/stock"
            row = {"product_id": "1" if first else "2", "quantity": 5}
            page = document({"items": [row]})
            return page.replace(b"\r\n", head + b"\r\n", 1) if first else page

        settings = {
            "list_path": "/stock",
            "paging": Paging("link"),
            "mapping": Mapping(date=""),
        }
        api = connect(serve(replying(reply)), settings=settings)
        return [level.external_id for page in api.pages() for level in page.levels]

    return start


@pytest.mark.parametrize(
    "links",
    [
        ('</two?filter=a;b,c>; rel="next"',),
        ('</two>; REL="NEXT"; title="a, b"',),
        ('</one>; rel="first"', '</two>; rel="next"'),
        ('</two>; rel="next"', '</one>; rel="first"'),
        ('</one>; rel="first",\r\n </two>;\r\n\trel="next"',),
        ('</two>; rel="last next"',),
    ],
)
def test_no_way_of_writing_the_header_loses_the_second_page(read, links):
    assert read(*links) == ["1", "2"]


def test_a_header_that_is_not_understood_makes_the_list_incomplete(read):
    with pytest.raises(ClientError) as caught:
        read("</two; rel=next")
    assert caught.value.code == "invalid_response"
    assert caught.value.facts == {"reason": "bad_link"}


def test_a_page_without_the_header_is_the_last(serve, connect):
    body = json.dumps({"items": [{"product_id": "1", "quantity": 5}]}).encode()
    settings = {"list_path": "/stock", "paging": Paging("link")}
    [page] = connect(serve(answer(body)), settings=settings).pages()
    assert page.state is None
