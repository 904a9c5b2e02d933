"""Requests and responses of the site as values, and the conditional GET of RFC 9110."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, TypeVar

from demo.timeline import Entry

HTML: Final = "text/html; charset=utf-8"
NOT_MODIFIED: Final = 304

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResponse:
    """One response; header names are in lower case."""

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """One GET: the parts of the path after the board, the query, and the site's clock."""

    parts: tuple[str, ...]
    query: Mapping[str, str]
    now: datetime

    def page(self) -> int:
        """Return the requested page, from 1; 0 if it is not a page number."""
        word = self.query.get("page", "1")
        return int(word) if word.isdecimal() and len(word) < 7 else 0  # noqa: PLR2004


def page_rows(rows: Sequence[T], page: int, size: int) -> Sequence[T] | None:
    """Return the rows of *page* (from 1); None if there is no such page.

    The first page may be empty.
    """
    if page < 1 or (page > 1 and (page - 1) * size >= len(rows)):
        return None
    return rows[(page - 1) * size : page * size]


def with_validators(response: SiteResponse, entries: Iterable[Entry]) -> SiteResponse:
    """Return *response* with an ETag (a hash of the body) and a date (its newest entry)."""
    headers = {"etag": f'"{hashlib.sha256(response.body).hexdigest()[:20]}"', **response.headers}
    youngest = max((entry.published for entry in entries), default=None)
    if youngest:
        headers["last-modified"] = http_date(youngest)
    return replace(response, headers=headers)


def revalidate(
    response: SiteResponse, if_none_match: str | None, if_modified_since: str | None
) -> SiteResponse:
    """Return 304 without a body if the client already has *response*; else *response*."""
    etag = response.headers.get("etag")
    if response.status != 200 or etag is None:  # noqa: PLR2004
        return response
    if if_none_match is not None:
        client_tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        is_current = etag in client_tags or "*" in client_tags
    else:
        is_current = _is_unchanged(response.headers.get("last-modified"), if_modified_since)
    return replace(response, body=b"", status=NOT_MODIFIED) if is_current else response


def http_date(at: datetime) -> str:
    """Return *at* as an HTTP date: ``Sun, 22 Nov 2026 06:00:00 GMT``."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _is_unchanged(last_modified: str | None, since: str | None) -> bool:
    if last_modified is None or since is None:
        return False
    try:
        return parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # not a date, or without a zone
        return False
