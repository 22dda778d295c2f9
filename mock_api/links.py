"""Addresses of other pages."""

from urllib.parse import urlencode

from flask import request

from mock_api.stock import current_stock


def page_address(**changed: object) -> str:
    """Return this request's address with some query parameters set."""
    return f"{request.base_url}?{urlencode({**request.args, **changed})}"


def link_header(**addresses: str | None) -> dict[str, str]:
    """Return the header ``Link``, by relation; without any, no header."""
    links = [
        f'<{current_stock().link(address)}>; rel="{relation}"'
        for relation, address in addresses.items()
        if address is not None
    ]
    return {"Link": ", ".join(links)} if links else {}
