"""Input and output of a crawl: its jobs and settings, its outcomes, and the sink for its pages."""

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
    """The crawl of one due source in a batch."""

    source: str  # slug
    kind: str  # name of its module in crawlers.sources
    options: SourceOptions
    run: str  # id of the run
    cursor: Cursor | None = None
    validators: Validators = field(default_factory=dict)
    allow_loopback: bool = False
    delay: float | None = None  # seconds between requests; None: the default of the batch


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderSettings:
    """Limits and politeness of a batch towards the sites that it crawls."""

    user_agent: str  # with a contact URL
    delay: float = DEFAULT_DELAY_S  # seconds
    concurrency: int = 16  # requests at once, all hosts together
    deadline: float = 600.0  # seconds for the whole batch
    timeout: float = TIMEOUT_S  # seconds for one response
    max_bytes: int = MAX_BYTES  # of one response
    max_redirects: int = MAX_REDIRECTS
    max_requests: int = MAX_REQUESTS  # of one source
    is_prefetching: bool = True  # request the next page of a source while one is stored
    paused_hosts: Mapping[str, datetime] = field(
        default_factory=dict
    )  # host:port -> end of its pause


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """The response that a page was parsed from."""

    url: str  # after redirects
    validators: Validators = field(default_factory=dict)  # to be stored with the page


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOutcome:
    """The result of the run of one source."""

    state: Literal["ok", "failed", "forbidden", "waiting"]
    requests: int  # without those for robots.txt, which serve the whole batch
    bytes: int  # of response bodies
    not_modified: int
    reason: str | None = None  # a sentence, without texts of mentions; None where ok
    retry_at: datetime | None = None  # waiting: no request to `host` before
    host: str | None = None  # host:port that requested the pause
    new_url: str | None = None  # target of a permanent redirect of the source


class Sink(Protocol):
    """Receiver of the pages of a crawl. An error that it raises fails that source's run alone."""

    def on_page(self, job: CrawlJob, page: ParsedPage, fetched_page: FetchedPage) -> None:
        """Store a page, its cursor and its validators in one transaction. Called in page order."""

    def not_modified(self, job: CrawlJob, url: str) -> None:
        """Record that *url* answered 304."""

    def on_finished(self, job: CrawlJob, outcome: CrawlOutcome) -> None:
        """Record the end of a run. Called exactly once for each job."""
