"""The contract of a source: which pages to ask for, and what a page says. Pure.

``crawlers.spider`` fetches; a source only knows addresses and formats. Pages of one source are read
one at a time and depth first: what a page follows comes before whatever was asked for earlier.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.crawl import Listing, Post

Cursor = Mapping[str, Any]  # JSON values; {"backfilled": True} once the first crawl has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What an operator should know before switching a source on; a row of ``sources --kinds``."""

    key_needed: bool
    terms_url: str | None
    limits: str  # the platform's own words on how fast one may ask
    deletions: Literal["stream", "poll", "none"]  # how a deletion can be learned
    default_on: bool
    proven: Literal["server", "recorded", "documented"]  # what it was last tested against


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One GET to make; ``note`` comes back to :meth:`Source.parse` as it is."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False  # send the validators of the last answer; 304 then ends this branch
    missing_statuses: tuple[int, ...] = ()  # statuses that mean "nothing here", not "broken"
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What one fetched page says."""

    posts: tuple[Post, ...] = ()
    next_fetches: tuple[Fetch, ...] = ()
    listing: Listing | None = None  # where the page tells which posts still stand
    cursor: Cursor | None = None  # recorded together with this page; None: leave it
    final_cursor: Cursor | None = None  # recorded once all that this page follows is recorded too


class SourceOptions(BaseModel):
    """What every kind of source can be told; each kind adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[^/\s]+\S*$", description="Start address.")
    backfill_days: int = Field(
        default=28, ge=0, le=3650, description="Days of history that the first crawl reads."
    )


class Source(ABC):
    """One feed, forum, tag … of one kind. The module's name is the kind's name."""

    Options: ClassVar[type[SourceOptions]] = SourceOptions
    info: ClassVar[SourceInfo]
    options: SourceOptions

    def __init__(self, options: Any) -> None:
        self.options = options

    @abstractmethod
    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Where a crawl starts; *cursor* is what the record holds, None before the first crawl."""

    @abstractmethod
    def parse(self, body: bytes, fetch: Fetch, url: str) -> ParsedPage:
        """What *body* says: the decompressed answer to *fetch*, from *url* after redirects.

        Raises:
            PermanentError: *body* is not what this source reads; the message says why not.
        """
