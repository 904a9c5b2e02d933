"""Season: the normal course of a day and a week in the reader's time zone. Pure.

There is a day profile for every stream and unit, and one week profile for the watch as a whole that
modifies it by weekday: the hours of a topic contain too few voices to learn 168 numbers.
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
# The prior of a day profile weighs 6 hours, of a week profile 8. In thin streams such hours contain
# less than one voice, so each prior weighs 3 voices as well.
DAY_PRIOR_H: Final = 6.0
PRIOR_VOICES: Final = 3.0
WEEK_PRIOR_H: Final = 8.0
DAY_DECAY: Final = 0.5 ** (1 / 28)  # each visit of an hour of the day: weights halve in 4 weeks
WEEK_DECAY: Final = 0.5 ** (1 / 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The learnt profiles: decayed sums of (voices / level), and of covered hours."""

    prior: Floats  # (24,), mean 1: the profile before any hour was learnt
    day: Floats  # (streams, units, 24)
    day_hours: Floats  # (24,)
    week: Floats  # (168,); volume of the watch as a whole
    week_hours: Floats  # (168,)

    def with_hour(self, week_hour: int, ratio: Floats, covered_share: float) -> "Season":
        """Return the season with one more hour: *ratio* to the level (streams, units).

        *week_hour*: 0 to 167, Monday 00:00 is 0. *covered_share*: of the hour, 0 to 1.
        """
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
        """Return the day profiles, (streams, units, 24), shrunk to that of the whole volume.

        *level*: voices an hour, (streams, units).
        """
        prior_hours = DAY_PRIOR_H + PRIOR_VOICES / level[..., None]
        total_profile = self._shrink(self.day[-1, 0], prior_hours[-1, 0], self.prior)
        return self._shrink(self.day, prior_hours, total_profile)

    def week_profiles(self, level: Floats) -> Floats:
        """Return the week profiles, (streams, units, 168), each of mean 1.

        *level*: voices an hour, (streams, units).
        """
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
    """Return a season without any history: *prior* (24 hours of the day; None: all equal)."""
    return Season(
        prior=np.ones(HOURS_PER_DAY) if prior is None else prior / prior.mean(),
        day=np.zeros((streams, units, HOURS_PER_DAY)),
        day_hours=np.zeros(HOURS_PER_DAY),
        week=np.zeros(HOURS_PER_WEEK),
        week_hours=np.zeros(HOURS_PER_WEEK),
    )


def interpolate_profile(profile: Floats, minute: Ints) -> Floats:
    """Interpolate *profile* (streams, units, 168) between hour centres at each *minute*.

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
    """Return the local minute of the week of each bucket from *start* on; Monday 00:00 is 0.

    On days of a clock change it follows local time, as the readers do.
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
