"""Timestamps: aware and UTC in code, ISO 8601 with Z as text."""

from datetime import UTC, datetime, timedelta
from typing import Final

BUCKET_WIDTH: Final = timedelta(minutes=5)  # of the counts of the detector


def format_utc(at: datetime | None) -> str | None:
    """Return ``2026-11-22T06:00:00Z``, with fractions of a second only if there are any."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """Parse *text* (ISO 8601; without a zone: UTC) and return it in UTC.

    Raises:
        ValueError: *text* is not such a date.
    """
    at = datetime.fromisoformat(text)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is outside the years 1 to 9999 in UTC") from None


def floor_to(at: datetime, step: timedelta = BUCKET_WIDTH) -> datetime:
    """Return the start of the bucket of width *step* around *at*; buckets count from 1970."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((at - epoch) // step) * step
