"""What a crawl is told and what it tells: values, and the sink that its caller passes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from crawlers.politeness import DEFAULT_DELAY_S
from crawlers.process_limits import MAX_BYTES, MAX_REDIRECTS, MAX_REQUESTS, TIMEOUT_S
from crawlers.source import Cursor, ParsedPage, SourceOptions

Validators = Mapping[str, Mapping[str, str]]  # url -> {"etag": …, "last_modified": …}, verbatim


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One due source of a batch."""

    source: str  # its slug
    kind: str  # the module in crawlers.sources
    options: SourceOptions
    run: str
    cursor: Cursor | None = None
    validators: Validators = field(default_factory=dict)
    allow_loopback: bool = False
    delay: float | None = None  # seconds between requests; None: the batch's own


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderSettings:
    """Limits and manners of a batch towards the sites that it crawls."""

    user_agent: str  # with a contact URL
    delay: float = DEFAULT_DELAY_S  # seconds
    concurrency: int = 16  # requests at once, all hosts together
    deadline: float = 600.0  # seconds for the whole batch
    timeout: float = TIMEOUT_S
    max_bytes: int = MAX_BYTES
    max_redirects: int = MAX_REDIRECTS
    max_requests: int = MAX_REQUESTS
    paused_hosts: Mapping[str, datetime] = field(default_factory=dict)  # host:port -> open again at


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """The answer that a page was read from."""

    url: str  # after redirects
    validators: Validators = field(default_factory=dict)  # to be kept with the page


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOutcome:
    """How the run of one source ended."""

    state: Literal["ok", "failed", "forbidden", "waiting"]
    requests: int  # those for robots.txt apart, for they serve the whole batch
    bytes: int  # received, bodies only
    not_modified: int
    reason: str | None = None  # a sentence, without texts of mentions; None where ok
    retry_at: datetime | None = None  # waiting: not one request to `host` before
    host: str | None = None  # host:port that asked to wait
    new_url: str | None = None  # the source's address is now this one, for good


class Sink(Protocol):
    """Where a crawl leaves what it read. What it raises fails the run of that source alone."""

    def on_page(self, job: CrawlJob, page: ParsedPage, fetched_page: FetchedPage) -> None:
        """Record a page, its cursor and its validators in one transaction; in order of reading."""

    def not_modified(self, job: CrawlJob, url: str) -> None:
        """Note that *url* answered 304."""

    def on_finished(self, job: CrawlJob, outcome: CrawlOutcome) -> None:
        """Note the end of a run: exactly once for each assignment."""
