"""When a host may be asked again: its delay, its Crawl-delay, its Retry-After."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from core.errors import TransientError

DELAY: Final = 1.0  # seconds between two requests to a host whose sources say nothing else
PATIENCE: Final = 5.0  # seconds that a run sleeps for a Retry-After; a longer wait ends it
UNSAID: Final = 60.0  # seconds to wait after a 429 or 503 that does not say how long
LONGEST: Final = 24 * 3600.0  # seconds; a Retry-After beyond is taken for a mistake
ASK_LATER: Final = frozenset({429, 503})


def retry_after(value: str | None, now: datetime) -> float:
    """Seconds to wait that a Retry-After header asks for, 0 to 24 hours; a minute for nonsense."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST)
    try:
        until = parsedate_to_datetime(text)
        wait = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return UNSAID
    return min(max(wait, 0.0), LONGEST)


class PauseError(TransientError):
    """A host wants to be left alone for ``retry_after`` seconds, longer than a run waits."""

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(f"{place} asked Harken to wait", retry_after=seconds)
        self.place = place


@dataclass(slots=True)
class _Host:
    delay: float
    at_once: asyncio.Semaphore
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # loop time at which the delay since the last request is over
    open_at: float = 0.0  # loop time at which its Retry-After is over


class Hosts:
    """The turns of all hosts of a batch; a host is ``host:port``.

    A host with a delay is asked one request at a time, one without as many as *concurrency*.
    """

    def __init__(
        self,
        delays: Iterable[tuple[str, float | None]],
        *,
        delay: float = DELAY,
        concurrency: int,
        now: Callable[[], datetime],
    ) -> None:
        """*delays* are (host, seconds or None) of each source; *delay* is that of all others."""
        wishes: defaultdict[str, list[float]] = defaultdict(list)
        for place, wish in delays:
            wishes[place].append(delay if wish is None else wish)
        self._delays = {place: max(found) for place, found in wishes.items()}
        self._delay = delay
        self._concurrency = concurrency
        self._all = asyncio.Semaphore(concurrency)
        self._now = now
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, place: str) -> AsyncIterator[None]:
        """Hold one request to *place*, from its turn to its answer.

        Raises:
            PauseError: the host wants to be left alone for longer than a run waits.
        """
        known = self._host(place)
        async with known.at_once:
            while True:
                async with known.turn:
                    await self._wait(place, known)
                async with self._all:
                    if known.open_at <= _loop_time():  # it may have closed meanwhile
                        yield
                        return

    def close(self, place: str, until: datetime) -> None:
        """Ask *place* nothing before *until*."""
        known = self._host(place)
        wait = (until - self._now()).total_seconds()
        known.open_at = max(known.open_at, _loop_time() + wait)

    def pause(self, place: str, wish: str | None) -> float:
        """Ask *place* nothing for as long as its Retry-After *wish* says; the seconds of it."""
        now = self._now()
        seconds = retry_after(wish, now)
        self.close(place, now + timedelta(seconds=seconds))
        return seconds

    def slow_down(self, place: str, seconds: float) -> None:
        """Leave at least *seconds* between two requests to *place*."""
        known = self._host(place)
        known.delay = max(known.delay, seconds)
        known.free_at = max(known.free_at, _loop_time() + seconds)

    async def _wait(self, place: str, known: _Host) -> None:
        while (wait := max(known.open_at, known.free_at) - _loop_time()) > 0:
            if (closed := known.open_at - _loop_time()) > PATIENCE:
                raise PauseError(place, closed)
            await asyncio.sleep(wait)
        known.free_at = _loop_time() + known.delay

    def _host(self, place: str) -> _Host:
        if place not in self._hosts:
            delay = self._delays.get(place, self._delay)
            at_once = asyncio.Semaphore(1 if delay else self._concurrency)
            self._hosts[place] = _Host(delay, at_once)
        return self._hosts[place]


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
