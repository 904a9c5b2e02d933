"""Which local days a digest tells of, and which of them are still owed. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MAX_DAYS_BACK: Final = 3  # days: an older digest is no news any more


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWindow:
    """[start, end) in UTC: one calendar day of somebody, 23, 24 or 25 hours long."""

    day: date
    start: datetime
    end: datetime


def local_day(day: date, zone: str) -> DayWindow:
    """The window of *day* in *zone*, from midnight to midnight on the clocks there."""
    return DayWindow(day=day, start=_midnight(day, zone), end=_midnight(day + timedelta(1), zone))


def due_days(now: datetime, zone: str, at: time, last: date | None) -> tuple[date, ...]:
    """Days whose digest is owed at *now*, oldest first, each to be sent under its own date.

    A day is owed from *at* (on the clocks of *zone*) of the next day on. *last* is the newest day
    already sent; None: no digest was ever sent, so only yesterday's is owed.
    """
    local = now.astimezone(ZoneInfo(zone))
    newest = local.date() - timedelta(1 if local.time() >= at else 2)
    oldest = newest if last is None else max(last, newest - timedelta(MAX_DAYS_BACK))
    oldest = oldest - timedelta(1) if last is None else oldest
    return tuple(oldest + timedelta(n) for n in range(1, (newest - oldest).days + 1))


def due_at(day: date, zone: str, at: time) -> datetime:
    """When the digest of *day* is owed: at *at* of the next day, on the clocks of *zone*."""
    return datetime.combine(day + timedelta(1), at, ZoneInfo(zone)).astimezone(UTC)


def digest_key(subscription: str, day: date) -> str:
    """One digest a key: ``morning:2026-11-20``."""
    return f"{subscription}:{day.isoformat()}"


def _midnight(day: date, zone: str) -> datetime:
    """Where clocks skip midnight, fold 0 takes the old offset: the very instant of the change."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
