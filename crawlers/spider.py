"""One batch of due sources, crawled by Scrapy. A process can do it once: a reactor starts once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.job import Assignment, Sink, SpiderSettings
from crawlers.politeness import Hosts
from crawlers.source_run import Run
from crawlers.ssrf_guard import REACH, Reach
from crawlers.urls import endpoint


def crawl(
    assignments: Sequence[Assignment],
    sink: Sink,
    *,
    settings: SpiderSettings,
    now: Callable[[], datetime],
) -> None:
    """Read all *assignments*; the sink hears of every page, and of every end exactly once."""
    reach = Reach.of((a.options.url, a.allow_loopback) for a in assignments)
    process = AsyncCrawlerProcess(scrapy_settings(settings, reach))
    for name in ("scrapy", "twisted"):  # after the process, which sets its own levels
        logging.getLogger(name).setLevel(logging.CRITICAL)
    batch = {"assignments": assignments, "sink": sink, "crawl_settings": settings, "now": now}
    errors: list[BaseException] = []
    crawling = process.crawl(Batch, **batch, errors=errors)
    process.start(install_signal_handlers=False)
    crawling.result()
    for error in errors:
        raise error


class Batch(Spider):
    """All sources of a batch at once, each on its own; their hosts take turns."""

    name = "batch"

    def __init__(
        self,
        *,
        assignments: Sequence[Assignment],
        sink: Sink,
        crawl_settings: SpiderSettings,
        now: Callable[[], datetime],
        errors: list[BaseException],
    ) -> None:
        super().__init__()
        self._assignments = assignments
        self._sink = sink
        self._settings = crawl_settings
        self._now = now
        self._errors = errors
        self.hosts = Hosts(
            [(endpoint(a.options.url), a.delay) for a in assignments],
            delay=crawl_settings.delay,
            concurrency=crawl_settings.concurrency,
            now=now,
        )

    async def start(self) -> AsyncIterator[Request]:
        """Run every source to its end; Scrapy's scheduler gets nothing to do."""
        for place, until in self._settings.closed.items():
            self.hosts.close(place, until)
        runs = (self._run(assignment) for assignment in self._assignments)
        ends = await asyncio.gather(*runs, return_exceptions=True)
        self._errors += [end for end in ends if end is not None]
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _run(self, assignment: Assignment) -> None:
        run = Run(assignment, self._sink, crawler=self.crawler, most=self._settings.max_requests)
        walk = asyncio.wait_for(run.walk(self._now()), self._settings.deadline)
        [error] = await asyncio.gather(walk, return_exceptions=True)
        self._sink.ended(assignment, run.outcome(error, self._now))


def scrapy_settings(settings: SpiderSettings, reach: Reach) -> dict[str, Any]:
    """Scrapy's settings for a batch: its defaults are too kind, and much of it is not needed."""
    mine = "crawlers"
    theirs = "scrapy.downloadermiddlewares"
    return {
        REACH: reach,
        "TWISTED_DNS_RESOLVER": f"{mine}.guard.GuardedResolver",
        "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(("http", "https"), f"{mine}.gate.Gate"),
        "DOWNLOADER_MIDDLEWARES_BASE": {
            f"{mine}.robots.Robots": 100,
            f"{theirs}.downloadtimeout.DownloadTimeoutMiddleware": 350,
            f"{theirs}.useragent.UserAgentMiddleware": 500,
            f"{theirs}.retry.RetryMiddleware": 550,
            f"{theirs}.httpcompression.HttpCompressionMiddleware": 590,
            f"{theirs}.redirect.RedirectMiddleware": 600,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "USER_AGENT": settings.user_agent,
        "DNS_TIMEOUT": 10,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": settings.max_redirects,
        # Delay and concurrency are those of crawlers.politeness, by host and port.
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1_000,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503 wait their turn
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
    }
