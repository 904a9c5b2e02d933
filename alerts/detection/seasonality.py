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

from core.timestamps import BUCKET_WIDTH

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

HOURS_PER_DAY: Final = 24
HOURS_PER_WEEK: Final = 168
# A day profile holds 6 hours of its prior, a week profile 8. In thin streams such hours hold less
# than one voice, so each prior is worth 3 voices as well.
DAY_PRIOR_H: Final = 6.0
PRIOR_VOICES: Final = 3.0
WEEK_PRIOR_H: Final = 8.0
DAY_DECAY: Final = 0.5 ** (1 / 28)  # each visit of an hour of the day: weights halve in 4 weeks
WEEK_DECAY: Final = 0.5 ** (1 / 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What was learnt: decayed sums of (voices heard / level), and of hours heard."""

    prior: Floats  # (24,), mean 1: the profile to believe until hours have been seen
    day: Floats  # (streams, units, 24)
    day_hours: Floats  # (24,)
    week: Floats  # (168,); volume of the watch as a whole
    week_hours: Floats  # (168,)

    def with_hour(self, week_hour: int, ratio: Floats, covered_share: float) -> "Season":
        """Add one hour of the week: *ratio* (streams, units) of its level, *heard* share of it."""
        day, day_hours = self.day.copy(), self.day_hours.copy()
        week, week_hours = self.week.copy(), self.week_hours.copy()
        day[..., week_hour % HOURS_PER_DAY] = (
            day[..., week_hour % HOURS_PER_DAY] * DAY_DECAY + ratio * covered_share
        )
        day_hours[week_hour % HOURS_PER_DAY] = (
            day_hours[week_hour % HOURS_PER_DAY] * DAY_DECAY + covered_share
        )
        week[week_hour] = week[week_hour] * WEEK_DECAY + ratio[-1, 0] * covered_share
        week_hours[week_hour] = week_hours[week_hour] * WEEK_DECAY + covered_share
        return Season(
            prior=self.prior, day=day, day_hours=day_hours, week=week, week_hours=week_hours
        )

    def day_profiles(self, level: Floats) -> Floats:
        """The day profiles, (streams, units, 24): each shrunk to that of the watch's whole volume.

        *level*: voices an hour, (streams, units).
        """
        prior_hours = DAY_PRIOR_H + PRIOR_VOICES / level[..., None]
        total_profile = self._shrink(self.day[-1, 0], prior_hours[-1, 0], self.prior)
        return self._shrink(self.day, prior_hours, total_profile)

    def week_profiles(self, level: Floats) -> Floats:
        """The week's profiles, (streams, units, 168), each of mean 1."""
        day_profiles = self.day_profiles(level)
        total_profile = np.tile(day_profiles[-1, 0], 7)
        prior_hours = WEEK_PRIOR_H + PRIOR_VOICES / level[-1, 0]
        weekday_factors = (self.week / total_profile + prior_hours) / (
            self.week_hours + prior_hours
        )
        shape = np.tile(day_profiles, 7) * weekday_factors
        profiles: Floats = shape / shape.mean(axis=-1, keepdims=True)
        return profiles

    def _shrink(self, sums: Floats, prior_hours: Floats, prior: Floats) -> Floats:
        estimate: Floats = (sums + prior_hours * prior) / (self.day_hours + prior_hours)
        return estimate


def flat_season(streams: int, units: int, prior: Floats | None = None) -> Season:
    """A season that knows nothing but *prior* (24 hours of the day; None: all alike)."""
    return Season(
        prior=np.ones(HOURS_PER_DAY) if prior is None else prior / prior.mean(),
        day=np.zeros((streams, units, HOURS_PER_DAY)),
        day_hours=np.zeros(HOURS_PER_DAY),
        week=np.zeros(HOURS_PER_WEEK),
        week_hours=np.zeros(HOURS_PER_WEEK),
    )


def interpolate_profile(profile: Floats, minute: Ints) -> Floats:
    """*profile* (streams, units, 168), drawn from hour centre to hour centre, at each *minute*.

    Shape (buckets, streams, units).
    """
    position = (minute - 30) / 60
    before = np.floor(position).astype(np.int64)
    fraction = (position - before)[:, None, None]
    hours = np.moveaxis(profile, -1, 0)
    interpolation: Floats = (
        hours[before % HOURS_PER_WEEK] * (1 - fraction)
        + hours[(before + 1) % HOURS_PER_WEEK] * fraction
    )
    return interpolation


def minutes_of_week(start: datetime, buckets: int, zone: ZoneInfo) -> Ints:
    """The local minute of the week in which each bucket from *start* begins; Monday 00:00 is 0.

    On the days when clocks change it follows the clock on the wall, as the readers do.
    """
    hour = timedelta(hours=1)
    first = start.replace(minute=0, second=0, microsecond=0)
    offset = (start - first) // timedelta(minutes=1)
    step = BUCKET_WIDTH // timedelta(minutes=1)
    minute = offset + step * np.arange(buckets, dtype=np.int64)
    hours = int(minute[-1]) // 60 + 1 if buckets else 0
    local_hours = [(first + k * hour).astimezone(UTC).astimezone(zone) for k in range(hours)]
    hour_minutes = np.array(
        [(t.weekday() * HOURS_PER_DAY + t.hour) * 60 + t.minute for t in local_hours], np.int64
    )
    result: Ints = (hour_minutes[minute // 60] + minute % 60) % (HOURS_PER_WEEK * 60)
    return result
