"""Timestamps: aware and UTC in code, ISO 8601 with Z as text; zones; reasons for unknown ones."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import available_timezones

BUCKET_WIDTH: Final = timedelta(minutes=5)  # of the counts of the detector

# A year before the first website: an earlier date is the zero of some software, such as 0001
# (.NET), 1601 (Windows), 1899-12-30 (spreadsheets), 1904 (old Macs), 1970 (Unix), 1980 (FAT).
EARLIEST_PUBLICATION: Final = datetime(1990, 1, 1, tzinfo=UTC)

# The stored publication of a mention without a date: before all others, in no range of time.
UNDATED: Final = datetime(1900, 1, 1, tzinfo=UTC)

# The widest distance between a zone and UTC, which a platform may have left out.
LARGEST_ZONE_OFFSET: Final = timedelta(hours=14)


class DateProblem(StrEnum):
    """The reasons for which a post counts as undated."""

    MISSING = "missing"  # the source states no date
    UNREADABLE = "unreadable"  # a date stands there and cannot be read
    AMBIGUOUS = "ambiguous"  # day and month may be swapped
    IMPLAUSIBLE = "implausible"  # before EARLIEST_PUBLICATION
    SHARED = "shared"  # many posts of the page have the same: it is the time of their export
    FUTURE = "future"  # the stated time had not come


def check_zone(name: str) -> str:
    """Return *name*, of an IANA time zone.

    Raises:
        ValueError: there is no such zone.
    """
    if name not in available_timezones():
        raise ValueError("should be an IANA time zone such as Europe/Berlin")
    return name


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
