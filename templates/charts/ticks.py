"""Where a time axis is labelled: round hours or midnights of the reader's own clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MAX_TICKS: Final = 7  # a week of days; their labels stay apart on a phone
_HOURS: Final = (1, 2, 3, 6, 12)
_MAX_HOURS: Final = 60  # hours: what lasts longer is labelled by days
_DAYS: Final = (1, 2, 7, 14, 28, 91)
_MAX_START: Final = 0.88  # a label that starts further right would leave the plot
_MIN_GAP: Final = 0.2  # between two labels that are written towards each other, on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label under the plot at share *at*; *spec* says how it reads (``tick`` or ``clock``)."""

    at: float
    time: datetime
    spec: str

    @property
    def anchor(self) -> str:
        """Which end of the label stands at the tick: SVG's ``text-anchor``."""
        return "end" if self.at > _MAX_START else "start"


def time_ticks(start: datetime, end: datetime, zone: str) -> tuple[Tick, ...]:
    """At most ``MOST`` ticks in [start, end): every few hours up to 2.5 days, else midnights."""
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
    """Whether the label of the last tick is written into that of the one before."""
    if len(ticks) < 2 or ticks[-1].anchor != "end":  # noqa: PLR2004 -- one before
        return False
    return ticks[-1].at < ticks[-2].at + _MIN_GAP


def _spec(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return "clock" if (local.hour, local.minute) > (0, 0) else "tick"


def _local(start: datetime, end: datetime, zone: str, hours: range) -> Iterator[datetime]:
    """The full *hours* of each local day in [start, end) but those that a clock change skips."""
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
