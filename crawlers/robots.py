"""robots.txt by RFC 9309: a server error for it forbids everything.

Scrapy's own middleware treats a 500 as permission and ignores Crawl-delay.
"""

import asyncio
from typing import Final, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from core.errors import PermanentError
from crawlers.download_handler import BUDGET_KEY, RequestBudget, throttle_of
from crawlers.retry_after import download
from crawlers.ssrf_guard import ALLOWED_HOSTS_SETTING, AllowedHosts
from crawlers.urls import endpoint, redact_url

MAX_ROBOTS_BYTES: Final = 512 * 1024  # parsed; RFC 9309 section 2.5 demands at least 500 KiB
MAX_ROBOTS_REQUESTS: Final = 20  # for one robots.txt, redirects and retries included
_OK: Final = 200
_SERVER_ERROR: Final = 500  # this status and above: a server error


class ForbiddenError(PermanentError):
    """A request that robots.txt forbids."""


class Robots:
    """Downloader middleware that fetches the robots.txt of each origin once in a batch."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent: str = crawler.settings["USER_AGENT"]
        self._allowed_hosts: AllowedHosts = crawler.settings[ALLOWED_HOSTS_SETTING]
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of *crawler*; called by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let *request* pass if its host's robots.txt allows it.

        Raises:
            ForbiddenError: robots.txt forbids it or could not be read.
            RefusedError: the address is not allowed.
        """
        if request.meta.get("is_robots"):
            return
        allow_loopback = request.meta[BUDGET_KEY].allow_loopback
        self._allowed_hosts.check_url(request.url, allow_loopback=allow_loopback)
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            budget = RequestBudget(allow_loopback=allow_loopback, max_requests=MAX_ROBOTS_REQUESTS)
            self._rules[origin] = asyncio.ensure_future(self._load(f"{origin}/robots.txt", budget))
        # Shielded: other runs wait for it even if this one is cancelled.
        rules = await asyncio.shield(self._rules[origin])
        if not rules.can_fetch(request.url, self._user_agent):
            raise ForbiddenError(f"blocked by robots.txt: {redact_url(request.url)}")

    async def _load(self, url: str, budget: RequestBudget) -> Protego:
        request = Request(url, meta={"is_robots": True, BUDGET_KEY: budget})
        response = await download(self._crawler, request)
        if response.status >= _SERVER_ERROR:
            raise ForbiddenError(
                f"{redact_url(url)} returned {response.status}: nothing may be read"
            )
        rules = Protego.parse(_rules_text(response))
        if delay := rules.crawl_delay(self._user_agent):
            throttle_of(self._crawler).raise_delay(endpoint(url), float(delay))
        return rules


def _rules_text(response: Response) -> str:
    """Return the rules; none for a status other than 200, as there is no robots.txt."""
    return (
        response.body[:MAX_ROBOTS_BYTES].decode(errors="replace") if response.status == _OK else ""
    )
