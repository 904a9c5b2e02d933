"""One batch of due sources, crawled by Scrapy; once in a process, as a reactor starts once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.job import CrawlJob, Sink, SpiderSettings
from crawlers.politeness import HostThrottle
from crawlers.source_run import SourceRun
from crawlers.ssrf_guard import ALLOWED_HOSTS_SETTING, AllowedHosts
from crawlers.urls import endpoint


def crawl(
    jobs: Sequence[CrawlJob],
    sink: Sink,
    *,
    settings: SpiderSettings,
    now: Callable[[], datetime],
) -> None:
    """Crawl all *jobs*; *sink* gets every page, and the outcome of every job exactly once."""
    allowed_hosts = AllowedHosts.of_sources((job.options.url, job.allow_loopback) for job in jobs)
    process = AsyncCrawlerProcess(scrapy_settings(settings, allowed_hosts))
    for name in ("scrapy", "twisted"):  # after the process, which sets its own levels
        logging.getLogger(name).setLevel(logging.CRITICAL)
    spider_arguments = {"jobs": jobs, "sink": sink, "spider_settings": settings, "now": now}
    errors: list[BaseException] = []
    future = process.crawl(BatchSpider, **spider_arguments, errors=errors)
    process.start(install_signal_handlers=False)
    future.result()
    for error in errors:
        raise error


class BatchSpider(Spider):
    """Spider that crawls all sources of a batch concurrently, throttled by host."""

    name = "batch"

    def __init__(
        self,
        *,
        jobs: Sequence[CrawlJob],
        sink: Sink,
        spider_settings: SpiderSettings,
        now: Callable[[], datetime],
        errors: list[BaseException],
    ) -> None:
        super().__init__()
        self._jobs = jobs
        self._sink = sink
        self._settings = spider_settings
        self._now = now
        self._errors = errors
        self.throttle = HostThrottle(
            [(endpoint(job.options.url), job.delay) for job in jobs],
            delay=spider_settings.delay,
            concurrency=spider_settings.concurrency,
            now=now,
        )

    async def start(self) -> AsyncIterator[Request]:
        """Run every job to its end; Scrapy's scheduler gets no request."""
        for host_port, until in self._settings.paused_hosts.items():
            self.throttle.pause_until(host_port, until)
        runs = (self._run(job) for job in self._jobs)
        results = await asyncio.gather(*runs, return_exceptions=True)
        self._errors += [result for result in results if result is not None]
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    async def _run(self, job: CrawlJob) -> None:
        run = SourceRun(job, self._sink, crawler=self.crawler, settings=self._settings)
        task = asyncio.wait_for(run.crawl(self._now()), self._settings.deadline)
        [error] = await asyncio.gather(task, return_exceptions=True)
        self._sink.on_finished(job, run.outcome(error, self._now))


def scrapy_settings(settings: SpiderSettings, allowed_hosts: AllowedHosts) -> dict[str, Any]:
    """Return Scrapy's settings for a batch: strict limits, and only the components in use."""
    own_package = "crawlers"
    scrapy_package = "scrapy.downloadermiddlewares"
    return {
        ALLOWED_HOSTS_SETTING: allowed_hosts,
        "TWISTED_DNS_RESOLVER": f"{own_package}.ssrf_guard.GuardedResolver",
        "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(
            ("http", "https"), f"{own_package}.download_handler.GuardedDownloadHandler"
        ),
        "DOWNLOADER_MIDDLEWARES_BASE": {
            f"{own_package}.robots.Robots": 100,
            f"{scrapy_package}.downloadtimeout.DownloadTimeoutMiddleware": 350,
            f"{scrapy_package}.useragent.UserAgentMiddleware": 500,
            f"{scrapy_package}.retry.RetryMiddleware": 550,
            f"{own_package}.decoding.decompression.Decompression": 590,
            f"{scrapy_package}.redirect.RedirectMiddleware": 600,
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
        # A wrong Content-Length looks like a loss: Decompression looks at the end instead.
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "REDIRECT_MAX_TIMES": settings.max_redirects,
        # Delay and concurrency are those of crawlers.politeness, by host and port.
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1_000,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503: see crawlers.retry_after
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadFailedError",
        ],
    }
