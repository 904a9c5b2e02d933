"""Reasons for an unknown date of publication; see :class:`DateProblem`."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

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
