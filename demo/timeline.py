"""Publication of each line of a corpus: its address, its uri and its time.

The site and the check of a demo use it; the crawlers have no access to it.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from demo.corpus_model import Corpus, Line, SiteKind
from demo.sanitize import sendable

FEED_KINDS: Final = ("rss", "atom")
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_MAX_SLUG: Final = 40  # characters of a site's name in its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line as it is published on the site."""

    number: int  # of the line, 0-based
    board: str  # slug of its site
    kind: SiteKind
    author: str
    text: str
    language: str | None
    published: datetime  # UTC, whole seconds
    parent: int | None  # number of the line that it answers, on the same board
    root: int  # number of the first line of its thread
    url: str  # of its page for people
    uri: str  # the uri that a crawl should store
    status: str = ""  # id on Mastodon, ascending with time
    is_bot: bool = False  # Mastodon marks its account as a program


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One site: all its entries, sorted by the time of publication."""

    slug: str
    name: str
    kind: SiteKind
    entries: tuple[Entry, ...]
    moments: tuple[datetime, ...]

    def until(self, at: datetime) -> Sequence[Entry]:
        """Return the entries published by *at*, oldest first."""
        return self.entries[: bisect_right(self.moments, at)]


class Timeline:
    """A corpus whose offset 0 is *started_at*, published under *base* (without a final slash)."""

    def __init__(self, corpus: Corpus, started_at: datetime, base: str) -> None:
        self.base = base
        self.started_at = started_at.astimezone(UTC).replace(microsecond=0)
        self.slugs = board_slugs(corpus.lines)
        roots = _roots(corpus.lines)
        self.entries = tuple(
            self._entry(line, number, roots) for number, line in enumerate(corpus.lines)
        )
        self.boards = {
            slug: _board(slug, sendable(name), kind, self.entries)
            for (name, kind), slug in self.slugs.items()
        }

    def _entry(self, line: Line, number: int, roots: Mapping[int, int]) -> Entry:
        board = self.slugs[line.site, line.kind]
        published_at = self.started_at + timedelta(seconds=line.offset_s)
        # Each anonymous post counts as an author of its own: a hundred of them are not one person.
        author = sendable(line.author or "").strip() or f"guest-{number}"
        snowflake_id = str((int(published_at.timestamp() * 1000) << 20) + number)
        url, uri = self._url_and_uri(board, line.kind, author, number, roots[number], snowflake_id)
        return Entry(
            number=number,
            board=board,
            kind=line.kind,
            author=author,
            text=sendable(line.text),
            language=line.language,
            published=published_at,
            parent=line.parent if roots[number] != number else None,
            root=roots[number],
            url=url,
            uri=uri,
            status=snowflake_id if line.kind == "mastodon" else "",
            is_bot=line.is_bot,
        )

    def _url_and_uri(
        self, board: str, kind: SiteKind, author: str, number: int, root: int, snowflake_id: str
    ) -> tuple[str, str]:
        board_url = f"{self.base}/{board}"
        if kind == "mastodon":
            account = quote(author, safe="")
            return (
                f"{board_url}/@{account}/{snowflake_id}",
                f"{board_url}/users/{account}/statuses/{snowflake_id}",
            )
        if kind == "forum":
            return f"{board_url}/p/{number}", f"{board_url}/p/{number}"
        url = f"{board_url}/p/{root}" + ("" if number == root else f"#comment-{number}")
        return url, url if kind == "rss" else f"tag:{board}.example,2024:{number}"


def board_slugs(lines: Iterable[Line]) -> Mapping[tuple[str, SiteKind], str]:
    """Return by (site, kind) a unique slug of letters, digits and hyphens.

    A plain name is its own slug. Others are converted to ASCII and cut; duplicates get a number.
    The comments of a blog are a source of their own, SLUG-comments, a name that no site gets.
    """
    slugs: dict[tuple[str, SiteKind], str] = {}
    used_slugs: set[str] = set()
    for site, kind in dict.fromkeys((line.site, line.kind) for line in lines):
        ascii_name = unicodedata.normalize("NFKD", site.lower()).encode("ascii", "ignore").decode()
        slug = stem = _NOT_SLUG.sub("-", ascii_name).strip("-")[:_MAX_SLUG].strip("-") or "site"
        suffix = 1
        while used_slugs & {slug, comments_of(slug)}:
            suffix += 1
            slug = f"{stem}-{suffix}"
        used_slugs |= {slug, comments_of(slug)}
        slugs[site, kind] = slug
    return slugs


def comments_of(slug: str) -> str:
    """Return the slug of the source of the comments of the blog *slug*."""
    return f"{slug}-comments"


def _board(slug: str, name: str, kind: SiteKind, entries: Iterable[Entry]) -> Board:
    unsorted_entries = [entry for entry in entries if entry.board == slug]
    board_entries = tuple(
        sorted(unsorted_entries, key=lambda entry: (entry.published, entry.number))
    )
    moments = tuple(entry.published for entry in board_entries)
    return Board(slug=slug, name=name, kind=kind, entries=board_entries, moments=moments)


def _roots(lines: Sequence[Line]) -> Mapping[int, int]:
    """Return for each line the first line of its thread.

    An answer to another site or to itself starts a thread.
    """
    roots: dict[int, int] = {}
    for number in range(len(lines)):
        path: list[int] = []
        current: int | None = number
        while current is not None and current not in roots and current not in path:
            path.append(current)
            current = _parent_on_site(lines, current)
        root = path[-1] if current is None else roots.get(current, current)
        roots.update(dict.fromkeys(path, root))
    return roots


def _parent_on_site(lines: Sequence[Line], number: int) -> int | None:
    line = lines[number]
    if line.parent is None:
        return None
    parent = lines[line.parent]
    return line.parent if (line.site, line.kind) == (parent.site, parent.kind) else None
