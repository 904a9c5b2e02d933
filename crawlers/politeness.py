"""Delays between requests to a host: the configured one, Crawl-delay and Retry-After."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from core.errors import TransientError

DEFAULT_DELAY_S: Final = 1.0  # seconds between two requests to a host without another setting
MAX_WAIT_IN_RUN_S: Final = 5.0  # seconds that a run waits for a Retry-After; a longer one ends it
DEFAULT_RETRY_AFTER_S: Final = 60.0  # seconds to wait after a 429 or 503 without Retry-After
MAX_RETRY_AFTER_S: Final = 24 * 3600.0  # seconds; a longer Retry-After counts as a mistake
RETRY_STATUSES: Final = frozenset({429, 503})


def parse_retry_after(value: str | None, now: datetime) -> float:
    """Return the seconds of a Retry-After header, 0 to 24 hours; a minute if it is invalid."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), MAX_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(text)
        wait = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return DEFAULT_RETRY_AFTER_S
    return min(max(wait, 0.0), MAX_RETRY_AFTER_S)


class PauseError(TransientError):
    """A pause of ``retry_after`` seconds that a host requests, longer than a run waits."""

    def __init__(self, endpoint: str, seconds: float) -> None:
        super().__init__(f"{endpoint} asked Harken to wait", retry_after=seconds)
        self.endpoint = endpoint


@dataclass(slots=True)
class _HostState:
    delay: float
    slots: asyncio.Semaphore
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay_until: float = 0.0  # loop time of the end of the delay since the last request
    pause_until: float = 0.0  # loop time of the end of its Retry-After


class HostThrottle:
    """Admission of requests to the hosts of a batch, by ``host:port``.

    A host with a delay gets one request at a time, one without it up to *concurrency*.
    """

    def __init__(
        self,
        delays: Iterable[tuple[str, float | None]],
        *,
        delay: float = DEFAULT_DELAY_S,
        concurrency: int,
        now: Callable[[], datetime],
    ) -> None:
        """Take (host:port, seconds or None) of each source; *delay* is the default in seconds."""
        delays_by_endpoint: defaultdict[str, list[float]] = defaultdict(list)
        for endpoint, seconds in delays:
            delays_by_endpoint[endpoint].append(delay if seconds is None else seconds)
        self._delays = {
            endpoint: max(candidates) for endpoint, candidates in delays_by_endpoint.items()
        }
        self._delay = delay
        self._concurrency = concurrency
        self._total_slots = asyncio.Semaphore(concurrency)
        self._now = now
        self._hosts: dict[str, _HostState] = {}

    @asynccontextmanager
    async def slot(self, endpoint: str) -> AsyncIterator[None]:
        """Wait until *endpoint* admits a request, and hold its slot until the response.

        Raises:
            PauseError: the host requests a pause longer than a run waits.
        """
        host = self._host(endpoint)
        async with host.slots:
            while True:
                async with host.lock:
                    await self._wait(endpoint, host)
                async with self._total_slots:
                    if host.pause_until <= _loop_time():  # a pause may have begun meanwhile
                        yield
                        return

    def pause_until(self, endpoint: str, until: datetime) -> None:
        """Admit no request to *endpoint* before *until*."""
        host = self._host(endpoint)
        wait = (until - self._now()).total_seconds()
        host.pause_until = max(host.pause_until, _loop_time() + wait)

    def apply_retry_after(self, endpoint: str, header: str | None) -> float:
        """Pause *endpoint* for its Retry-After *header*; return the seconds."""
        now = self._now()
        seconds = parse_retry_after(header, now)
        self.pause_until(endpoint, now + timedelta(seconds=seconds))
        return seconds

    def raise_delay(self, endpoint: str, seconds: float) -> None:
        """Keep at least *seconds* between two requests to *endpoint*."""
        host = self._host(endpoint)
        host.delay = max(host.delay, seconds)
        host.delay_until = max(host.delay_until, _loop_time() + seconds)

    async def _wait(self, endpoint: str, host: _HostState) -> None:
        while (wait := max(host.pause_until, host.delay_until) - _loop_time()) > 0:
            if (pause := host.pause_until - _loop_time()) > MAX_WAIT_IN_RUN_S:
                raise PauseError(endpoint, pause)
            await asyncio.sleep(wait)
        host.delay_until = _loop_time() + host.delay

    def _host(self, endpoint: str) -> _HostState:
        if endpoint not in self._hosts:
            delay = self._delays.get(endpoint, self._delay)
            slots = asyncio.Semaphore(1 if delay else self._concurrency)
            self._hosts[endpoint] = _HostState(delay, slots)
        return self._hosts[endpoint]


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
