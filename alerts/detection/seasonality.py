"""The rhythm of a week on the reader's own clock: when voices are usually heard. Pure.

A day profile for every stream and unit, and one week profile for the watch as a whole that says how
each day bends it: the hours of a topic are too thin to learn 168 numbers apart.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.timestamps import BUCKET

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

DAY: Final = 24
WEEK: Final = 168
# A day profile holds 6 hours of its prior, a week profile 8. In thin streams such hours hold less
# than one voice, so each prior is worth 3 voices as well.
DAY_PRIOR_H: Final = 6.0
PRIOR_VOICES: Final = 3.0
WEEK_PRIOR_H: Final = 8.0
FORGET_DAY: Final = 0.5 ** (1 / 28)  # each visit of an hour of the day: weights halve in 4 weeks
FORGET_WEEK: Final = 0.5 ** (1 / 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What was learnt: decayed sums of (voices heard / level), and of hours heard."""

    prior: Floats  # (24,), mean 1: the profile to believe until hours have been seen
    day: Floats  # (streams, units, 24)
    day_hours: Floats  # (24,)
    week: Floats  # (168,); volume of the watch as a whole
    week_hours: Floats  # (168,)

    def learn(self, hour: int, ratio: Floats, heard: float) -> "Season":
        """Add one hour of the week: *ratio* (streams, units) of its level, *heard* share of it."""
        day, day_hours = self.day.copy(), self.day_hours.copy()
        week, week_hours = self.week.copy(), self.week_hours.copy()
        day[..., hour % DAY] = day[..., hour % DAY] * FORGET_DAY + ratio * heard
        day_hours[hour % DAY] = day_hours[hour % DAY] * FORGET_DAY + heard
        week[hour] = week[hour] * FORGET_WEEK + ratio[-1, 0] * heard
        week_hours[hour] = week_hours[hour] * FORGET_WEEK + heard
        return Season(
            prior=self.prior, day=day, day_hours=day_hours, week=week, week_hours=week_hours
        )

    def days(self, level: Floats) -> Floats:
        """The day profiles, (streams, units, 24): each shrunk to that of the watch's whole volume.

        *level*: voices an hour, (streams, units).
        """
        worth = DAY_PRIOR_H + PRIOR_VOICES / level[..., None]
        whole = self._shrink(self.day[-1, 0], worth[-1, 0], self.prior)
        return self._shrink(self.day, worth, whole)

    def profile(self, level: Floats) -> Floats:
        """The week's profiles, (streams, units, 168), each of mean 1."""
        days = self.days(level)
        whole = np.tile(days[-1, 0], 7)
        worth = WEEK_PRIOR_H + PRIOR_VOICES / level[-1, 0]
        bend = (self.week / whole + worth) / (self.week_hours + worth)
        shape = np.tile(days, 7) * bend
        normal: Floats = shape / shape.mean(axis=-1, keepdims=True)
        return normal

    def _shrink(self, sums: Floats, worth: Floats, prior: Floats) -> Floats:
        shrunk: Floats = (sums + worth * prior) / (self.day_hours + worth)
        return shrunk


def flat(streams: int, units: int, prior: Floats | None = None) -> Season:
    """A season that knows nothing but *prior* (24 hours of the day; None: all alike)."""
    return Season(
        prior=np.ones(DAY) if prior is None else prior / prior.mean(),
        day=np.zeros((streams, units, DAY)),
        day_hours=np.zeros(DAY),
        week=np.zeros(WEEK),
        week_hours=np.zeros(WEEK),
    )


def at_minutes(profile: Floats, minute: Ints) -> Floats:
    """*profile* (streams, units, 168), drawn from hour centre to hour centre, at each *minute*.

    Shape (buckets, streams, units).
    """
    place = (minute - 30) / 60
    before = np.floor(place).astype(np.int64)
    part = (place - before)[:, None, None]
    hours = np.moveaxis(profile, -1, 0)
    between: Floats = hours[before % WEEK] * (1 - part) + hours[(before + 1) % WEEK] * part
    return between


def minutes_of_week(start: datetime, buckets: int, zone: ZoneInfo) -> Ints:
    """The local minute of the week in which each bucket from *start* begins; Monday 00:00 is 0.

    On the days when clocks change it follows the clock on the wall, as the readers do.
    """
    hour = timedelta(hours=1)
    first = start.replace(minute=0, second=0, microsecond=0)
    offset = (start - first) // timedelta(minutes=1)
    step = BUCKET // timedelta(minutes=1)
    minute = offset + step * np.arange(buckets, dtype=np.int64)
    hours = int(minute[-1]) // 60 + 1 if buckets else 0
    local = [(first + k * hour).astimezone(UTC).astimezone(zone) for k in range(hours)]
    of_hour = np.array([(t.weekday() * DAY + t.hour) * 60 + t.minute for t in local], np.int64)
    result: Ints = (of_hour[minute // 60] + minute % 60) % (WEEK * 60)
    return result
