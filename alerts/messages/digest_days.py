"""Local days of digests, and the days with a digest due. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MAX_DAYS_BACK: Final = 3  # days: an older digest is no longer useful


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWindow:
    """[start, end) in UTC: one calendar day of a time zone, 23, 24 or 25 hours long."""

    day: date
    start: datetime
    end: datetime


def local_day(day: date, zone: str) -> DayWindow:
    """Return the window of *day* in *zone*, from local midnight to local midnight."""
    return DayWindow(day=day, start=_midnight(day, zone), end=_midnight(day + timedelta(1), zone))


def due_days(now: datetime, zone: str, at: time, last: date | None) -> tuple[date, ...]:
    """Return the days with a digest due at *now*, oldest first, each to be sent under its own date.

    The digest of a day is due from *at* (local time of *zone*) of the next day on. *last*: the
    newest day already sent; None: no digest was ever sent, so at most the newest day is due.
    """
    local = now.astimezone(ZoneInfo(zone))
    newest = local.date() - timedelta(1 if local.time() >= at else 2)
    oldest = newest if last is None else max(last, newest - timedelta(MAX_DAYS_BACK))
    oldest = oldest - timedelta(1) if last is None else oldest
    return tuple(oldest + timedelta(n) for n in range(1, (newest - oldest).days + 1))


def due_at(day: date, zone: str, at: time) -> datetime:
    """Return the due time of the digest of *day*: *at* of the next day, local time of *zone*."""
    return datetime.combine(day + timedelta(1), at, ZoneInfo(zone)).astimezone(UTC)


def digest_key(subscription: str, day: date) -> str:
    """Return the outbox key of a digest: ``morning:2026-11-20``."""
    return f"{subscription}:{day.isoformat()}"


def _midnight(day: date, zone: str) -> datetime:
    """Return the start of *day* in UTC.

    If a clock change skips midnight, fold 0 uses the old offset: the instant of the change.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
