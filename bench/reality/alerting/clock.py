"""Times of a case: hours from a fixed Wednesday, moments of running, pauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.reality.alerting.answers import Case

START: Final = datetime(2026, 5, 6, 12, tzinfo=UTC)
"""Hour 0 of every case, a Wednesday; 14:00 in Berlin."""

HOUR: Final = timedelta(hours=1)


def at_hour(hours: float) -> datetime:
    """Return the instant *hours* after START; negative: before it."""
    return START + hours * HOUR


def hours_at(at: datetime) -> float:
    """Return the hours from START to *at*."""
    return (at - START) / HOUR


@dataclass(frozen=True, slots=True)
class Interval:
    """A time between two instants."""

    start: datetime
    end: datetime

    def encloses(self, at: datetime) -> bool:
        """Return whether *at* lies inside; neither end does."""
        return self.start < at < self.end


def pauses(case: Case) -> list[Interval]:
    """Return the times in which Harken is not running."""
    return [
        Interval(at_hour(pause["from_h"]), at_hour(pause["to_h"])) for pause in case.get("off", ())
    ]


def step(case: Case, default_min: float) -> timedelta:
    """Return the time between two looks; *default_min* minutes where the case names none."""
    return timedelta(minutes=case["look"].get("every_min", default_min))


def moments(case: Case, every: timedelta) -> Iterator[datetime]:
    """Yield each instant at which Harken looks, oldest first; none of them in a pause."""
    intervals = pauses(case)
    now, end = at_hour(case["look"]["from_h"]), at_hour(case["look"]["to_h"])
    while now <= end:
        if not any(interval.encloses(now) for interval in intervals):
            yield now
        now += every
