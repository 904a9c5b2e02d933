"""Instants are aware and UTC; on paper they are ISO 8601 with Z."""

from datetime import UTC, datetime, timedelta
from typing import Final

BUCKET_WIDTH: Final = timedelta(minutes=5)  # alerts.md section 5: what the detector counts by


def format_utc(at: datetime | None) -> str | None:
    """``2026-11-22T06:00:00Z``, with fractions of a second only where there are any."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The instant that *text* (ISO 8601; without a zone: UTC) names, in UTC.

    Raises:
        ValueError: *text* is no such date.
    """
    at = datetime.fromisoformat(text)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is outside the years 1 to 9999 in UTC") from None


def floor_to(at: datetime, step: timedelta = BUCKET_WIDTH) -> datetime:
    """The start of the bucket of width *step* that holds *at*; buckets count from 1970."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((at - epoch) // step) * step
