"""What the site says to one request: values, and the conditional GET of RFC 9110."""

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
class Answer:
    """One response; header names are in lower case."""

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """One GET: the parts of the path after the board, the query, and the site's clock."""

    parts: tuple[str, ...]
    query: Mapping[str, str]
    now: datetime

    def page(self) -> int:
        """The page that is asked for, from 1; 0 where what was asked for is no page number."""
        word = self.query.get("page", "1")
        return int(word) if word.isdecimal() and len(word) < 7 else 0  # noqa: PLR2004


def page_of(rows: Sequence[T], page: int, size: int) -> Sequence[T] | None:
    """Rows of *page* (from 1); None where there is no such page. The first page may be empty."""
    if page < 1 or (page > 1 and (page - 1) * size >= len(rows)):
        return None
    return rows[(page - 1) * size : page * size]


def stamped(answer: Answer, shown: Iterable[Entry]) -> Answer:
    """*answer* with its validators: a hash of the body, and the youngest entry that it shows."""
    headers = {"etag": f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"', **answer.headers}
    youngest = max((entry.published for entry in shown), default=None)
    if youngest:
        headers["last-modified"] = http_date(youngest)
    return replace(answer, headers=headers)


def revalidated(answer: Answer, if_none_match: str | None, if_modified_since: str | None) -> Answer:
    """304 without a body where the client holds *answer* already; else *answer*."""
    etag = answer.headers.get("etag")
    if answer.status != 200 or etag is None:  # noqa: PLR2004
        return answer
    if if_none_match is not None:
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        is_known = etag in known or "*" in known
    else:
        is_known = _is_unchanged(answer.headers.get("last-modified"), if_modified_since)
    return replace(answer, body=b"", status=NOT_MODIFIED) if is_known else answer


def http_date(at: datetime) -> str:
    """``Sun, 22 Nov 2026 06:00:00 GMT``."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _is_unchanged(last_modified: str | None, since: str | None) -> bool:
    if last_modified is None or since is None:
        return False
    try:
        return parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone
        return False
