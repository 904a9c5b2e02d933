"""Simulation of the drift alarm: ``python -m bench.drift``.

Each stream has posts from a mixture of negative, neutral and positive scores. The mood moves the
shares of the classes by day: a normal effect with the given standard deviation of the mean, and a
correlation of 0.6 between two days. A shift of 0.10 is planted at a random hour.

With 4 years and 40 shifts (2 and 20 for 5,000 posts a day):

| posts a day | mood of a day | false alarms a year | found within 1,000 posts | within a week |
| ----------- | ------------- | ------------------- | ------------------------ | ------------- |
| 50          | 0             | 0.75                | 95 %                     | 95 %          |
| 50          | 0.02          | 0.25                | 88 %                     | 88 %          |
| 500         | 0             | 0.5                 | 93 %                     | 100 %         |
| 500         | 0.02          | 0.75                | 78 %                     | 100 %         |
| 5,000       | 0             | 0                   | 80 %                     | 100 %         |
| 5,000       | 0.02          | 0.5                 | 30 %                     | 100 %         |

A week means 7 days or 1,000 posts, whichever is longer. 1,000 posts of a busy source are a few
hours: so early a shift differs little from a day of another mood.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean, median
from typing import Any, Final

import numpy as np

from alerts.drift.drift import (
    MAX_WINDOW_DAYS,
    REFERENCE_DAYS,
    WINDOW_POSTS,
    DriftAlarm,
    ScoreWindow,
    days_windows,
    next_alarm,
)
from alerts.drift.shift import ScoreDay
from bench.report import machine, print_progress, write_figures

CORRELATION: Final = 0.6
SHARES: Final = (0.30, 0.45, 0.25)  # negative, neutral, positive
CENTRES: Final = (-0.75, -0.02, 0.75)  # mean polarity of each class
SPREAD: Final = 0.22  # of a post around its class
WARM_DAYS: Final = 90  # before the first look: a reference
SHIFT: Final = 0.10
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Array = np.ndarray[Any, np.dtype[Any]]


class ScoreStream:
    """Scores of one source and model, oldest first, with the time of each in days."""

    def __init__(self, polarities: Array, days: Array, at: Array) -> None:
        self.days = days
        self.at = at
        self.firsts = np.searchsorted(days, np.arange(days[-1] + 2))  # index by day
        self._totals = np.concatenate([[0.0], np.cumsum(polarities)])
        self._squares = np.concatenate([[0.0], np.cumsum(polarities**2)])

    def sums(self, start: int, end: int) -> list[ScoreDay]:
        """Return the sums of the posts [start, end) by day."""
        first, last = int(self.days[start]), int(self.days[end - 1])
        borders = [start, *map(int, self.firsts[first + 1 : last + 1]), end]
        return [
            ScoreDay(
                first + number,
                after - before,
                float(self._totals[after] - self._totals[before]),
                float(self._squares[after] - self._squares[before]),
            )
            for number, (before, after) in enumerate(pairwise(borders))
            if after > before
        ]


def stream(seed: int, days: int, volume: float, day_sd: float, shift_at: float) -> ScoreStream:
    """Return *days* with about *volume* posts each; the mean is shifted from *shift_at* days on."""
    random = np.random.default_rng(seed)
    counts = random.poisson(volume, days)
    effects = np.zeros(days)
    noise = random.normal(size=days)
    for day in range(days):
        before = effects[day - 1] if day else noise[0]
        effects[day] = CORRELATION * before + (1 - CORRELATION**2) ** 0.5 * noise[day]
    day_of = np.repeat(np.arange(days), counts)
    at = np.concatenate([day + np.sort(random.random(n)) for day, n in enumerate(counts)])
    moved = (day_sd * effects[day_of] + SHIFT * (at >= shift_at)) / (CENTRES[2] - CENTRES[0])
    draws = random.random(day_of.size)
    classes = np.where(draws < SHARES[0] - moved, 0, np.where(draws < 1 - SHARES[2] - moved, 1, 2))
    polarities = np.array(CENTRES)[classes] + random.normal(scale=SPREAD, size=day_of.size)
    return ScoreStream(np.clip(polarities, -1, 1), day_of, at)


def alarms(posts: ScoreStream, look_every: int) -> Iterator[tuple[DriftAlarm, int]]:
    """Yield each new alarm with the number of posts before it; look after every *look_every*."""
    alarm: DriftAlarm | None = None
    for end in range(int(posts.firsts[WARM_DAYS]), len(posts.days), look_every):
        oldest = max(0, int(posts.days[end - 1]) - REFERENCE_DAYS - MAX_WINDOW_DAYS)
        days = posts.sums(int(posts.firsts[oldest]), end)
        now = EPOCH + timedelta(float(posts.at[end - 1]))
        former, alarm = alarm, next_alarm(alarm, days, [*_windows(posts, days, end)], now)
        if alarm and not former:
            yield alarm, end


def _windows(posts: ScoreStream, days: list[ScoreDay], end: int) -> Iterator[ScoreWindow]:
    start = max(0, end - WINDOW_POSTS)
    since = EPOCH + timedelta(float(posts.at[start]))
    if posts.at[end - 1] - posts.at[start] <= MAX_WINDOW_DAYS:
        yield ScoreWindow(days=posts.sums(start, end), since=since)
    yield from days_windows(days)


def false_alarms(volume: float, day_sd: float, years: int) -> float:
    """Return the number of alarms a year without a shift."""
    look_every = max(25, round(volume / 12))
    counts = [
        sum(1 for _ in alarms(stream(s, WARM_DAYS + 365, volume, day_sd, np.inf), look_every))
        for s in range(years)
    ]
    return mean(counts)


def delays(volume: float, day_sd: float, shifts: int) -> list[float]:
    """Return the number of posts from each planted shift to its alarm; infinite: none came."""
    days_after = int(2000 / volume) + 9
    look_every = max(25, round(volume / 50))
    result = []
    for seed in range(shifts):
        at = WARM_DAYS + 1 + np.random.default_rng(seed).random()
        posts = stream(10_000 + seed, WARM_DAYS + 2 + days_after, volume, day_sd, at)
        start = int(np.searchsorted(posts.at, at))
        ends = [end - start for _, end in alarms(posts, look_every) if end > start]
        result.append(float(ends[0]) if ends else np.inf)
    return result


def main() -> None:
    """Print and write ``out/drift.json``: false alarms a year, and the delay of a shift of 0.10."""
    options = _options()
    rows = []
    for volume in options.volumes:
        for day_sd in options.day_sds:
            posts = delays(volume, day_sd, options.shifts)
            row = {
                "posts_a_day": volume,
                "day_sd": day_sd,
                "false_a_year": round(false_alarms(volume, day_sd, options.years), 2),
                "median_posts": median(posts) if median(posts) < np.inf else None,
                "within_1000": mean(delay <= WINDOW_POSTS for delay in posts),
                "within_a_week": mean(delay <= max(1000, 7 * volume) for delay in posts),
            }
            rows.append(row)
            print_progress(" ".join(f"{name} {value}" for name, value in row.items()))
    write_figures("drift", {"machine": machine(), "rows": rows})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--shifts", type=int, default=100)
    parser.add_argument("--volumes", type=float, nargs="+", default=[50, 500, 5000])
    parser.add_argument("--day-sds", type=float, nargs="+", default=[0.0, 0.02])
    return parser.parse_args()


if __name__ == "__main__":
    main()
