"""The contract of a source: pages to fetch, and the parsing of a page. Pure.

``crawlers.spider`` fetches; a source contains addresses and formats only. Pages of one source are
fetched one at a time and depth first: the pages that a page leads to come before earlier requests.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.crawl import Listing, Post
from core.timestamps import check_zone
from crawlers.urls import check_web_url

WebUrl = Annotated[str, Field(pattern=r"^https?://[^/\s]+\S*$"), AfterValidator(check_web_url)]
PageZone = Annotated[
    str,
    Field(description="Time zone of dates that state none.", examples=["Europe/Berlin"]),
    AfterValidator(check_zone),
]
Cursor = Mapping[str, Any]  # JSON values; {"backfilled": True} once the first crawl has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """Facts for an operator about a kind of source; a row of ``sources --kinds``."""

    key_needed: bool
    terms_url: str | None
    limits: str  # rate limits as the platform states them
    deletions: Literal["stream", "poll", "none"]  # way to detect deletions
    default_on: bool
    proven: Literal["server", "recorded", "documented"]  # its last test was against this


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A GET request to make; ``context`` comes back to :meth:`Source.parse` unchanged."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False  # send the stored validators; 304 then ends this branch
    missing_statuses: tuple[int, ...] = ()  # statuses that mean no page, not an error
    fallbacks: Mapping[int, "Fetch"] = field(default_factory=dict)  # by status; fetched instead
    context: Mapping[str, str] = field(default_factory=dict)
    # Of the response, names in lower case; the crawl sets them before it calls Source.parse.
    answer_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """The content of one fetched page."""

    posts: tuple[Post, ...] = ()
    row_drops: Mapping[str, int] = field(
        default_factory=dict
    )  # rows of the page that gave no post, by DropReason or a constant of the kind, lower_snake
    next_fetches: tuple[Fetch, ...] = ()
    listing: Listing | None = None  # where the page lists the posts that still exist
    cursor: Cursor | None = None  # stored together with this page; None: unchanged
    final_cursor: Cursor | None = None  # stored once all pages below this one are stored
    is_newest_first: bool = False  # the first page of a list of posts that later crawls see grow


class SourceOptions(BaseModel):
    """Options of every kind of source; each kind adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: WebUrl = Field(description="Start address.", examples=["https://blog.example.org/"])
    backfill_days: int = Field(
        default=28, ge=0, le=3650, description="Days of history that the first crawl reads."
    )


class Source(ABC):
    """One feed, forum, tag … of one kind. The module's name is the kind's name."""

    Options: ClassVar[type[SourceOptions]] = SourceOptions
    info: ClassVar[SourceInfo]
    # True: every crawl lists the newest posts, old ones among them. If all are new, posts between
    # them and the crawl before have been missed.
    lists_known_posts: ClassVar[bool] = False
    options: SourceOptions

    def __init__(self, options: Any) -> None:
        self.options = options

    @abstractmethod
    def start_requests(self, cursor: Cursor | None, now: datetime) -> Iterable[Fetch]:
        """Return the first requests of a crawl; *cursor* is None before the first one."""

    @abstractmethod
    def parse(self, body: str, fetch: Fetch, url: str) -> ParsedPage:
        """Parse *body*, the decoded response to *fetch* from *url* (after redirects); never empty.

        Raises:
            PermanentError: *body* has another format; the message names the difference.
        """
