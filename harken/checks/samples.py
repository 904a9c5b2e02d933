"""Sample posts of sources: fetched as by a crawl, in a process of its own, and never stored."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing import get_context
from typing import Final

from config.settings import Settings
from core.crawl import Post
from core.errors import PermanentError, TransientError
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage, SpiderSettings
from crawlers.source import ParsedPage
from harken.clock import Clock
from harken.pipeline.crawl import source_options, spider_settings

MAX_REQUESTS: Final = 4  # of one source: a forum lists its threads before it shows a post
DEADLINE_S: Final = 60.0  # seconds for all sources together


@dataclass(slots=True, kw_only=True)
class SourceSample:
    """The first posts of one source, and the outcome of its run."""

    posts: list[Post] = field(default_factory=list)
    state: str = "failed"  # as in CrawlOutcome
    reason: str | None = None  # None: the source answered as it should


def fetch_samples(
    settings: Settings, clock: Clock, paused_hosts: Mapping[str, datetime]
) -> Mapping[str, SourceSample]:
    """Fetch the first page with posts of every source; return the samples by slug.

    It obeys robots.txt and the limits of a crawl, and no request goes to *paused_hosts*.

    Raises:
        ConfigError: the options of a source are wrong.
        TransientError: the process that fetches ended before it was done.
    """
    jobs = [
        CrawlJob(
            source=source.slug,
            kind=source.kind,
            options=source_options(source),
            run="check",
            allow_loopback=source.allow_loopback,
            delay=None if source.delay is None else source.delay.total_seconds(),
        )
        for source in settings.sources
    ]
    crawl_limits = spider_settings(settings)
    limits = replace(
        crawl_limits,
        deadline=min(crawl_limits.deadline, DEADLINE_S),
        max_requests=MAX_REQUESTS,
        is_prefetching=False,
        paused_hosts=paused_hosts,
    )
    context = get_context("spawn")  # a copy of this process would inherit its threads
    try:
        with ProcessPoolExecutor(1, context, initializer=_start_process) as pool:
            return pool.submit(_crawl, jobs, limits, clock).result()
    except BrokenProcessPool:
        raise TransientError("the process that fetches the sources crashed") from None


class SampleSink:
    """Sink that keeps the first posts of each source in memory."""

    def __init__(self, slugs: Iterable[str]) -> None:
        self.samples = {slug: SourceSample() for slug in slugs}

    def on_page(self, job: CrawlJob, page: ParsedPage, fetched_page: FetchedPage) -> None:
        """Add the posts of *page*.

        Raises:
            PermanentError: there are some; the run ends here.
        """
        self.samples[job.source].posts += page.posts
        if page.posts:
            raise PermanentError(f"{fetched_page.url} has posts: the sample is complete")

    def not_modified(self, job: CrawlJob, url: str) -> None:
        """Do nothing: a sample has no validators, so no server answers 304."""

    def on_finished(self, job: CrawlJob, outcome: CrawlOutcome) -> None:
        """Add the outcome; with posts the source works, whatever ended the run."""
        sample = self.samples[job.source]
        sample.state, sample.reason = outcome.state, outcome.reason
        if sample.posts:
            sample.state, sample.reason = "ok", None


def _start_process() -> None:
    from crawlers.process_limits import limit_child
    from harken.logs import configure_logging
    from harken.runtime.child import die_with_parent

    die_with_parent()
    limit_child()
    configure_logging("ERROR")


def _crawl(
    jobs: Sequence[CrawlJob], limits: SpiderSettings, clock: Clock
) -> Mapping[str, SourceSample]:
    from crawlers.spider import crawl

    sink = SampleSink(job.source for job in jobs)
    crawl(jobs, sink, settings=limits, now=clock.now)
    return sink.samples
