"""Dates that many posts of a page share: the time of an export, and no time of publication.

A generator dates every entry by its own run, an import of an archive by its minute. Such a flood of
old posts must not be news. Dates rounded to a day or an hour are equal by nature and stay.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.timestamps import DateProblem
from crawlers.dates.reader import DateReading

MIN_SHARED: Final = 5  # posts: fewer may be one author's series
MIN_SHARE: Final = 0.5  # of the exactly dated posts of the page
# An export dates its posts one by one within seconds. In a crisis a thread gets as many posts in a
# minute, and those must count.
MAX_SPAN: Final = timedelta(seconds=10)


def without_shared_dates(readings: Sequence[DateReading]) -> list[DateReading]:
    """Return *readings*, of one page, with the problem SHARED for the dates of one export."""
    exact = sorted(r.at for r in readings if r.at is not None and not r.is_rounded)
    start = _start_of_export(exact)
    if start is None:
        return list(readings)
    return [
        DateReading(None, DateProblem.SHARED)
        if r.at is not None and not r.is_rounded and start <= r.at <= start + MAX_SPAN
        else r
        for r in readings
    ]


def _start_of_export(moments: Sequence[datetime]) -> datetime | None:
    """Return the start of a span with enough of *moments*, ascending; None: there is none."""
    least = max(MIN_SHARED, int(len(moments) * MIN_SHARE))
    for first, last in zip(moments, moments[least - 1 :], strict=False):
        if last - first <= MAX_SPAN:
            return first
    return None
