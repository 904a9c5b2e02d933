"""A corpus: the posts that a replay site publishes, the watches, and the true incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SiteKind = Literal["rss", "atom", "forum", "mastodon"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One post; its place in :attr:`Corpus.lines` is its number."""

    site: str
    kind: SiteKind
    author: str | None
    text: str
    language: str | None  # ISO 639-1
    parent: int | None  # number of the line that it answers
    offset_s: int  # seconds after the start of the site; negative: before
    is_bot: bool = False  # its account is marked as a program, where the site can do so


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusWatch:
    """One watch of ``watches.json``; the query is in the query language."""

    slug: str
    kind: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """One true incident: its watch and its onset, in seconds from the start."""

    watch: str
    onset_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All lines: oldest first in generated corpora, in any order in foreign ones."""

    lines: tuple[Line, ...]
    watches: tuple[CorpusWatch, ...]
    incidents: tuple[Onset, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)  # further keys of truth.json
