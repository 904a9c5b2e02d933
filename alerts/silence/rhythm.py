"""Posts that a source brings by hour of the week, learnt from crawled hours alone. Pure.

The rate of an hour of the week is its own mean, drawn towards what its hour of the day and its day
of the week predict together, as if these had already been seen with ``PRIOR_POSTS`` posts (gamma
prior). So a source with two posts a week has an even rhythm, and one with many a detailed one. Each
hour of the week forgets by the time that was crawled, not by the calendar: an outage of our own
changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

HOURS: Final = 168  # of a week, from 00:00 on a Thursday (1 January 1970), UTC
PRIOR_POSTS: Final = 3.0
MEMORY_WEEKS: Final = 12.0  # weight of a week halves after 8 weeks
MEMORY_POSTS: Final = 80.0  # a source with few posts remembers until it has brought so many
MAX_MEMORY_WEEKS: Final = 104.0


def _zeros(size: int) -> list[float]:
    return [0.0] * size


@dataclass(slots=True)
class Rhythm:
    """Weighted posts and crawled hours by hour of the week; :meth:`learn` changes it."""

    posts: list[float] = field(default_factory=lambda: _zeros(HOURS))
    hours: list[float] = field(default_factory=lambda: _zeros(HOURS))
    _posts_by_clock: list[float] = field(default_factory=lambda: _zeros(24))
    _hours_by_clock: list[float] = field(default_factory=lambda: _zeros(24))
    _posts_by_day: list[float] = field(default_factory=lambda: _zeros(7))
    _hours_by_day: list[float] = field(default_factory=lambda: _zeros(7))
    _all_posts: float = 0.0
    _all_hours: float = 0.0

    @classmethod
    def of(cls, posts: Sequence[float], hours: Sequence[float]) -> "Rhythm":
        """Return the rhythm with these sums by hour of the week."""
        rhythm = cls()
        for cell, (count, time) in enumerate(zip(posts, hours, strict=True)):
            rhythm._add(cell, count, time)
        return rhythm

    @property
    def mean_rate(self) -> float:
        """The mean number of posts an hour; 0 before the first post."""
        return self._all_posts / self._all_hours if self._all_hours else 0.0

    def rate(self, cell: int, waited: float = 0.0) -> float:
        """Return the expected posts an hour at *cell*, an hour of the week.

        *waited* are the hours at *cell* since the last post: after each the posterior of the rate
        is lower, the more so the less is known (negative binomial probability of no post).
        """
        mean = self.mean_rate
        if not mean:
            return 0.0
        clock, day = cell % 24, cell // 24
        by_clock = _factor(self._posts_by_clock[clock], self._hours_by_clock[clock] * mean)
        by_day = _factor(self._posts_by_day[day], self._hours_by_day[day] * mean)
        predicted = mean * by_clock * by_day
        hours = self.hours[cell] + PRIOR_POSTS / predicted + waited
        return (self.posts[cell] + PRIOR_POSTS) / hours

    def learn(self, cell: int, posts: float, hours: float) -> None:
        """Add *posts* within *hours* at *cell*, which forgets a little of its past."""
        share = 1 - (1 - 1 / self._memory_weeks()) ** hours
        self._add(cell, posts - share * self.posts[cell], hours - share * self.hours[cell])

    def _memory_weeks(self) -> float:
        mean = self.mean_rate
        weeks = MEMORY_POSTS / (mean * HOURS) if mean else MAX_MEMORY_WEEKS
        return min(max(weeks, MEMORY_WEEKS), MAX_MEMORY_WEEKS)

    def _add(self, cell: int, posts: float, hours: float) -> None:
        clock, day = cell % 24, cell // 24
        self.posts[cell] += posts
        self.hours[cell] += hours
        self._posts_by_clock[clock] += posts
        self._hours_by_clock[clock] += hours
        self._posts_by_day[day] += posts
        self._hours_by_day[day] += hours
        self._all_posts += posts
        self._all_hours += hours


def _factor(posts: float, expected: float) -> float:
    """Return the ratio of *posts* to *expected* posts, drawn towards 1."""
    return (posts + PRIOR_POSTS) / (expected + PRIOR_POSTS)
