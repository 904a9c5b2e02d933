"""Ticks of a time axis: round hours or midnights in the reader's zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MAX_TICKS: Final = 7  # a week of days; their labels do not overlap on a phone
_HOURS: Final = (1, 2, 3, 6, 12)
_MAX_HOURS: Final = 60  # hours: longer axes are labelled by days
_DAYS: Final = (1, 2, 7, 14, 28, 91)
_MAX_START: Final = 0.88  # a label that starts further right would exceed the plot
_MIN_GAP: Final = 0.2  # between the last two ticks, whose labels run towards each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label under the plot at the share ``at``; ``spec``: its format (``tick`` or ``clock``)."""

    at: float
    time: datetime
    spec: str

    @property
    def anchor(self) -> str:
        """The end of the label that is at the tick: SVG's ``text-anchor``."""
        return "end" if self.at > _MAX_START else "start"


def time_ticks(start: datetime, end: datetime, zone: str) -> tuple[Tick, ...]:
    """Return the ticks of an axis over [start, end), at most ``MAX_TICKS`` + 1 of them.

    They are at full hours if the axis covers up to 2.5 days, else at midnights, both in *zone*.
    """
    times = _times(start, end, zone)
    ticks = [Tick(at=(at - start) / (end - start), time=at, spec=_spec(at, zone)) for at in times]
    return tuple(ticks[:-1] if _is_crowded(ticks) else ticks)


def _times(start: datetime, end: datetime, zone: str) -> list[datetime]:
    hours = (end - start) / timedelta(hours=1)
    step = next((h for h in _HOURS if hours / h <= MAX_TICKS), None)
    if step and hours <= _MAX_HOURS:
        return list(_local(start, end, zone, range(0, 24, step)))
    midnights = list(_local(start, end, zone, range(1)))
    return midnights[:: next((d for d in _DAYS if len(midnights) / d <= MAX_TICKS), _DAYS[-1])]


def _is_crowded(ticks: Sequence[Tick]) -> bool:
    """Return True if the label of the last tick would overlap the one before."""
    if len(ticks) < 2 or ticks[-1].anchor != "end":  # noqa: PLR2004 -- one before
        return False
    return ticks[-1].at < ticks[-2].at + _MIN_GAP


def _spec(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return "clock" if (local.hour, local.minute) > (0, 0) else "tick"


def _local(start: datetime, end: datetime, zone: str, hours: range) -> Iterator[datetime]:
    """Yield the full *hours* of each local day in [start, end) that no clock change skips."""
    clock = ZoneInfo(zone)
    day = start.astimezone(clock).date()
    while day <= end.astimezone(clock).date():
        for hour in hours:
            local = datetime(day.year, day.month, day.day, hour, tzinfo=clock)
            at = local.astimezone(UTC)
            exists = at.astimezone(clock).replace(tzinfo=None) == local.replace(tzinfo=None)
            if exists and start <= at < end:
                yield at
        day += timedelta(days=1)
