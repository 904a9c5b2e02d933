"""The checks on every request before a socket opens, robots.txt and redirects included."""

from dataclasses import dataclass
from typing import Final, Protocol, cast

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import dnscache

from core.errors import PermanentError
from crawlers.politeness import HostThrottle
from crawlers.ssrf_guard import ALLOWED_HOSTS_SETTING, AllowedHosts, RefusedError
from crawlers.urls import endpoint, host

BUDGET_KEY: Final = "budget"  # key of the run's RequestBudget in Request.meta


@dataclass(slots=True, kw_only=True)
class RequestBudget:
    """Requests and bytes of one run so far, and their limits."""

    allow_loopback: bool
    max_requests: int
    requests: int = 0
    bytes: int = 0  # of response bodies
    not_modified: int = 0

    def count_request(self) -> None:
        """Count one more request.

        Raises:
            PermanentError: the run has used up its requests.
        """
        if self.requests >= self.max_requests:
            raise PermanentError(
                f"stopped after {self.max_requests} requests; the next run continues"
            )
        self.requests += 1


class HasThrottle(Protocol):
    """A spider whose throttle the components that Scrapy builds can reach."""

    throttle: HostThrottle


def throttle_of(crawler: Crawler) -> HostThrottle:
    """Return the throttle of the batch that *crawler* runs."""
    return cast("HasThrottle", crawler.spider).throttle


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the SSRF guard, the run's budget and the host's throttle."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._allowed_hosts: AllowedHosts = crawler.settings[ALLOWED_HOSTS_SETTING]

    async def download_request(self, request: Request) -> Response:
        """Return the response, as soon as the host's throttle admits the request.

        Raises:
            PermanentError: the run has used up its requests.
            RefusedError: the address is not allowed.
            PauseError: the host asks for a longer pause.
        """
        budget: RequestBudget = request.meta[BUDGET_KEY]
        self._allowed_hosts.check_url(request.url, allow_loopback=budget.allow_loopback)
        async with throttle_of(self.crawler).slot(endpoint(request.url)):
            budget.count_request()
            response = await self._download(request)
        budget.bytes += len(response.body)
        return response

    async def _download(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except CannotResolveHostError:
            name = host(request.url)
            address = dnscache.get(name)
            if address is not None and not self._allowed_hosts.allows_address(name, str(address)):
                reason = f"blocked: {address} is not a public address (host {name})"
                hint = "for loopback set allow_loopback: true"
                raise RefusedError(f"{reason}; {hint}") from None
            raise
