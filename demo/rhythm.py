"""The daily and weekly rhythm of posts in the reader's time zone."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")  # of the readers of the invented market

# Posts in each hour of the day, relative: a quiet night, a commute, a lunch and a long evening.
HOURS: Final = (2, 1, 1, 1, 1, 2, 5, 9, 11, 10, 9, 9, 11, 10, 9, 9, 10, 12, 13, 14, 14, 12, 8, 4)
# Posts on each weekday from Monday, relative to the mean.
WEEKDAYS: Final = (1.05, 1.0, 1.02, 1.06, 1.1, 0.92, 0.85)


def draw_instants(rng: Random, start: datetime, end: datetime, per_day: float) -> list[datetime]:
    """Draw UTC instants in [start, end), ascending, about *per_day* a day, in local rhythm."""
    instants = (at for day in _days(start, end) for at in _day_instants(rng, day, per_day))
    return sorted(at for at in instants if start <= at < end)


def local_midnight(at: datetime, *, days_ago: int = 0) -> datetime:
    """Return the start in UTC of the local day *days_ago* days before that of *at*."""
    day = (at.astimezone(ZONE) - timedelta(days=days_ago)).date()
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def _days(start: datetime, end: datetime) -> Iterator[datetime]:
    day = start.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end:
        yield day
        day += timedelta(days=1)  # wall-clock arithmetic: a local day may have 23 or 25 hours


def _day_instants(rng: Random, day: datetime, per_day: float) -> Iterator[datetime]:
    mean = per_day * WEEKDAYS[day.weekday()]
    count = max(0, round(rng.gauss(mean, math.sqrt(mean))))  # Poisson, near enough from 10 on
    for hour in rng.choices(range(24), HOURS, k=count):
        local = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))
        yield local.astimezone(UTC)
