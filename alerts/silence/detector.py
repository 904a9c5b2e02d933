"""The silences of one source. Pure: crawls in, changes out.

Time counts if it lies between two successful crawls that follow each other as planned: a crawl
shows all posts since the one before. Other time, such as an outage of Harken, proves and teaches
nothing.
While no post comes, nothing is learnt either, so a dead source never becomes normal; the time is
learnt once posts come again.

A source is silent when no post came although ``MIN_EXPECTED`` surely were expected. One with many
posts needs a few more, as it has more gaps a year that chance makes long. During the first 14 days
the rhythm is half known, so the wait must also be longer than ``MEAN_GAPS`` mean gaps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, log
from typing import Final

from alerts.silence.rhythm import HOURS, Rhythm
from alerts.silence.wait import Wait

MIN_EXPECTED: Final = 10.0  # posts
KNOWN_HOURS: Final = 14 * 24.0  # before, the mean gap counts as well
MIN_KNOWN_HOURS: Final = 2 * 24.0  # before, no silence: not even two nights were crawled
MEAN_GAPS: Final = 5.0
MIN_GAPS: Final = 3
CHANCE_A_YEAR: Final = 0.2  # silences by chance of a source with an exactly known rhythm
LEVEL_HOURS: Final = 7 * 24.0  # memory of the level; if it has fewer posts than
LEVEL_POSTS: Final = 80.0  # these, the memory is that of so many posts
LEVEL_PRIOR_POSTS: Final = 5.0
MAX_BURST: Final = 2.0  # times the posts that are expected within an hour, and one more
_HOURS_A_YEAR: Final = 8766.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)

_Piece = tuple[int, float]  # hour of the week, and the part of it in hours


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl of a source."""

    at: datetime  # its start
    arrivals: int  # posts that the source listed for the first time
    is_covered: bool  # the time since the crawl before counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceChange:
    """The begin or the end of a silence."""

    at: datetime  # of the crawl that showed it
    since: datetime  # of the last crawl with posts
    is_silent: bool
    expected: float  # posts since then, at the normal rate


@dataclass(slots=True)
class SilenceDetector:
    """The rhythm of one source, and its present silence if there is one."""

    last_crawl: datetime
    rhythm: Rhythm = field(default_factory=Rhythm)
    wait: Wait = field(default_factory=Wait)
    known_hours: float = 0.0  # that count, up to the last post
    last_arrival: datetime | None = None
    silent_since: datetime | None = None
    level_posts: float = 0.0
    level_expected: float = 0.0
    gap_count: int = 0
    gap_hours: float = 0.0
    gap_squares: float = 0.0  # hours squared
    hour: int = -1  # of the newest crawl, since 1970
    hour_posts: float = 0.0  # learnt in it
    hour_expected: float = 0.0

    @property
    def level(self) -> float:
        """Posts of the last days per expected post, at most 1: only a decline is quickly learnt."""
        posts, expected = self.level_posts, self.level_expected
        return min((posts + LEVEL_PRIOR_POSTS) / (expected + LEVEL_PRIOR_POSTS), 1.0)

    @property
    def min_surprise(self) -> float:
        """The expected posts without which the source is silent."""
        posts_a_year = self.rhythm.mean_rate * self.level * _HOURS_A_YEAR
        return max(MIN_EXPECTED, log(max(posts_a_year, 1.0) / CHANCE_A_YEAR))

    @property
    def mean_gap(self) -> float:
        """The mean length, in hours, of the gap around a moment.

        Of even gaps it is the mean. The nights of a source that posts by day have more weight.
        """
        return self.gap_squares / self.gap_hours if self.gap_hours else 0.0

    def add(self, crawl: Crawl) -> SilenceChange | None:
        """Add the next *crawl*; return the begin or end of a silence that it shows."""
        pieces = [*_pieces(self.last_crawl, crawl.at)] if crawl.is_covered else []
        expected = self._wait(pieces)
        self._count_hour(crawl.at, sum(expected))
        self.last_crawl = crawl.at
        if crawl.arrivals:
            return self._arrive(crawl, pieces, expected)
        if self.silent_since or self.last_arrival is None or not self._is_silent():
            return None
        self.silent_since = self.last_arrival
        return self._change(crawl.at, self.last_arrival, is_silent=True)

    def _wait(self, pieces: Sequence[_Piece]) -> list[float]:
        """Extend the wait by *pieces*; return the expected posts of each by the rhythm alone."""
        wait, level, expected = self.wait, self.level, []
        for cell, hours in pieces:
            rate = self.rhythm.rate(cell, wait.hours_by_cell.get(cell, 0.0))
            expected.append(rate * hours)
            wait.add(cell, hours, rate * hours * level)
        return expected

    def _is_silent(self) -> bool:
        if self.wait.surprise < self.min_surprise:
            return False
        if self.known_hours + self.wait.hours >= KNOWN_HOURS:
            return True
        is_known = self.known_hours >= MIN_KNOWN_HOURS and self.gap_count >= MIN_GAPS
        return is_known and self.wait.hours >= MEAN_GAPS * self.mean_gap

    def _arrive(
        self, crawl: Crawl, pieces: Sequence[_Piece], expected: Sequence[float]
    ) -> SilenceChange | None:
        """Learn the wait and the posts that end it."""
        posts = self._without_burst(crawl.arrivals) if pieces else 0.0
        since, change = self.silent_since, None
        if since is not None:
            change = self._change(crawl.at, since, is_silent=False)
        self._learn_level(posts)
        self._learn_rhythm(posts, pieces, expected)
        self._learn_gap()
        self.wait = self.wait.next(posts)
        self.last_arrival, self.silent_since = crawl.at, None
        return change

    def _count_hour(self, at: datetime, expected: float) -> None:
        hour = (at - _EPOCH) // _HOUR
        if hour != self.hour:
            self.hour, self.hour_posts, self.hour_expected = hour, 0.0, 0.0
        self.hour_expected += expected

    def _without_burst(self, arrivals: int) -> float:
        """Return *arrivals* without those that are a burst: a crisis must not become normal."""
        posts = float(arrivals)
        if self.known_hours >= KNOWN_HOURS:
            limit = MAX_BURST * self.hour_expected + 1
            posts = min(posts, max(limit - self.hour_posts, 0.0))
        self.hour_posts += posts
        return posts

    def _learn_level(self, posts: float) -> None:
        expected = self.wait.expected / self.level
        kept = exp(-min(expected / LEVEL_POSTS, self.wait.hours / LEVEL_HOURS))
        self.level_posts = self.level_posts * kept + posts
        self.level_expected = self.level_expected * kept + expected

    def _learn_rhythm(
        self, posts: float, pieces: Sequence[_Piece], expected: Sequence[float]
    ) -> None:
        """Learn the wait; its *posts* lie in the *pieces* of the last crawl as is *expected*."""
        total = sum(expected)
        weights = expected if total else [hours for _, hours in pieces]
        unit = posts / (total or sum(weights) or 1.0)
        posts_by_cell: dict[int, float] = {}
        for (cell, _), weight in zip(pieces, weights, strict=True):
            posts_by_cell[cell] = posts_by_cell.get(cell, 0.0) + weight * unit
        for cell, hours in self.wait.hours_by_cell.items():
            self.rhythm.learn(cell, posts_by_cell.get(cell, 0.0), hours)

    def _learn_gap(self) -> None:
        hours = self.wait.hours
        self.known_hours += hours
        if self.last_arrival is not None and hours:
            self.gap_count += 1
            self.gap_hours += hours
            self.gap_squares += hours**2

    def _change(self, at: datetime, since: datetime, *, is_silent: bool) -> SilenceChange:
        return SilenceChange(at=at, since=since, is_silent=is_silent, expected=self.wait.expected)


def _pieces(since: datetime, until: datetime) -> Iterator[_Piece]:
    """Yield the hours of the week from *since* to *until*, the first and last in part."""
    start, end = (since - _EPOCH) / _HOUR, (until - _EPOCH) / _HOUR
    while start < end:
        stop = min(float(int(start) + 1), end)
        yield int(start) % HOURS, stop - start
        start = stop
