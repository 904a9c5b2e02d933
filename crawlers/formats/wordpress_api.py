"""Addresses of the REST API of a WordPress site.

By default it is under ``/wp-json/``; with plain permalinks it is a query, ``?rest_route=/``. A site
names the address in the header or element ``Link`` with the relation ``https://api.w.org/``
(developer.wordpress.org/rest-api/using-the-rest-api/discovery).
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers.html_text import parse_html
from crawlers.urls import is_absolute

_ROUTE: Final = "rest_route"  # parameter with the path of the resource
_HEADER_LINK: Final = re.compile(
    r"""<([^>]*)>\s*;[^<]*?\brel\s*=\s*["']?(?:[^"'<]*\s)?https?://api\.w\.org/""", re.IGNORECASE
)
_ELEMENT: Final = 'link[rel~="https://api.w.org/"]::attr(href)'


def default_root(site: str) -> str:
    """Return the default address of the API of *site*, or *site* if it is such an address."""
    parts = urlsplit(site)
    if "/wp-json" in parts.path or f"{_ROUTE}=" in parts.query:
        return site
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/wp-json/", "", ""))


def query_root(site: str) -> str:
    """Return the address that works without permalinks."""
    parts = urlsplit(site)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", f"{_ROUTE}=/", ""))


def linked_root(headers: Mapping[str, str], body: str, url: str) -> str | None:
    """Return the address that the page *body* from *url* links to, or None.

    *headers* are those of its response, with names in lower case.
    """
    links: list[str] = _HEADER_LINK.findall(headers.get("link", ""))
    for link in [*links, *parse_html(body).css(_ELEMENT).getall()]:
        try:
            address: str = urljoin(url, link.strip())
        except ValueError:
            continue
        if is_absolute(address):
            return address
    return None


def resource_url(root: str, resource: str, params: Mapping[str, str]) -> str:
    """Return the address of *resource* ("posts") under the API *root*, with *params*."""
    parts = urlsplit(root)
    root_params = dict(parse_qsl(parts.query, keep_blank_values=True))
    path, name = parts.path, f"wp/v2/{resource}"
    if _ROUTE in root_params:
        root_params[_ROUTE] = f"{root_params[_ROUTE].rstrip('/')}/{name}"
    else:
        path = f"{path.rstrip('/')}/{name}"
    query = urlencode({**root_params, **params}, safe=",:/")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
