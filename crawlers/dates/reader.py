"""Reader of the dates of one page: one for all kinds of sources.

It reads ISO 8601 and RFC 822 with their variants, names of months in many languages, numbers with
slashes and dots, Unix times, and words relative to the crawl. What it does not understand without
doubt is a :class:`DateProblem`, never a guess: an old post must not become news.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from core.timestamps import EARLIEST_PUBLICATION, DateProblem
from crawlers.dates import clock_times, month_dates, numeric, relative, zones
from crawlers.dates.clock_times import ClockTime
from crawlers.dates.machine import machine_date, rfc_date
from crawlers.dates.names import month_number, weekday_number
from crawlers.dates.numeric import AmbiguousDateError
from crawlers.dates.plain_text import plain_text

MAX_LENGTH: Final = 200  # characters of a date; a longer text is none
_UNKNOWN_ZONE: Final = re.compile(r"[\d:]\s?([A-Z]{3,5})(?![A-Za-z])")
_HAS_CLOCK_TIME: Final = re.compile(r"\d:\d\d")
_POST_NUMBER: Final = re.compile(r"#\s?\d+")
_MAX_AHEAD: Final = timedelta(days=3660)  # a later date is of another calendar, such as 2569


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date in UTC, or the problem with it; neither: no date is stated."""

    at: datetime | None
    problem: DateProblem | None = None
    is_rounded: bool = False  # to a day, or to the unit of a phrase such as "3 hours ago"


class DateReader:
    """Reader of the dates of a page fetched at *now*.

    *zone* is that of dates without one. *language* is the code of the page's, "" if unknown.
    *samples* are all dates of the page: they show the order of day and month.
    """

    def __init__(
        self, *, now: datetime, zone: tzinfo = UTC, language: str = "", samples: Iterable[str] = ()
    ) -> None:
        self._now = now
        self._zone = zone
        self._language = language.lower().replace("_", "-")
        self._today = now.astimezone(zone).date()
        texts = [plain_text(text) for text in samples if len(text) <= MAX_LENGTH]
        self._order = numeric.order_on_page(texts, self._language, self._today)

    def read(self, text: str | None) -> DateReading:
        """Return the date that *text* states."""
        if text is None or not text.strip():
            return DateReading(None)
        if len(text) > MAX_LENGTH:
            return DateReading(None, DateProblem.UNREADABLE)
        try:
            return self._machine(text) or self._relative(text) or self._absolute(text)
        except AmbiguousDateError:
            return DateReading(None, DateProblem.AMBIGUOUS)
        except (ValueError, OverflowError):
            return DateReading(None, DateProblem.UNREADABLE)

    def _machine(self, text: str) -> DateReading | None:
        """Return the date that software wrote, before names of all languages are loaded."""
        at = machine_date(text.strip())
        return None if at is None else self._reading_of(at, self._zone)

    def _relative(self, text: str) -> DateReading | None:
        """Return the date of a phrase without a time of day, such as ``3 hours ago``."""
        if _HAS_CLOCK_TIME.search(text):
            return None
        # Before names of months: "ago" is the Spanish August, too.
        age = relative.age(_plain(text), self._language)
        return None if age is None else _reading(self._now - age, self._now, is_rounded=True)

    def _absolute(self, text: str) -> DateReading:
        zone, text = zones.iana_zone(text.strip())
        at = machine_date(text.strip()) or self._written(text)
        if at is None:
            return DateReading(None, DateProblem.UNREADABLE)
        return self._reading_of(at, zone or self._zone)

    def _reading_of(self, at: datetime, zone: tzinfo) -> DateReading:
        """Return the reading of *at*; without a zone it is in *zone*."""
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return _reading(at, self._now, is_rounded=at.time() == time())

    def _written(self, text: str) -> datetime | None:
        """Return the date of words and numbers, aware only if it states a zone."""
        clock, rest = clock_times.cut_clock_time(_plain(text), self._zone)
        day, rest = numeric.cut_numeric_date(rest, self._order, self._today)
        if day is not None and clock is None:
            clock, _ = clock_times.cut_dotted_time(rest, self._zone)
        if day is None:
            day = month_dates.day_in(rest, self._language, self._today)
        if day is None:
            day = relative.day_in(rest, self._today)
        _reject_unknown_zone(text, clock)
        return None if day is None else _combine(day, clock)


def read_api_date(text: str) -> DateReading:
    """Return the date that a field of an API states; "" states none, and no zone is UTC.

    Software writes ISO 8601, RFC 822 and Unix times there, no words relative to the crawl.
    """
    if not text:
        return DateReading(None)
    try:
        at = machine_date(text) or rfc_date(text[:MAX_LENGTH])
    except (ValueError, OverflowError):
        return DateReading(None, DateProblem.UNREADABLE)
    return _reading(at if at.tzinfo else at.replace(tzinfo=UTC), None)


def _plain(text: str) -> str:
    return _POST_NUMBER.sub(" ", plain_text(text))


def _reading(at: datetime, now: datetime | None, *, is_rounded: bool = False) -> DateReading:
    at = at.astimezone(UTC)
    latest = now + _MAX_AHEAD if now else at
    if not EARLIEST_PUBLICATION <= at <= latest:
        return DateReading(None, DateProblem.IMPLAUSIBLE)
    return DateReading(at, is_rounded=is_rounded)


def _combine(day: date, clock: ClockTime | None) -> datetime:
    if clock is None:
        return datetime.combine(day, time())
    return datetime.combine(day, clock.time, clock.zone)


def _reject_unknown_zone(text: str, clock: ClockTime | None) -> None:
    """Raise ValueError if letters like ``IST`` follow the time and are no zone with one meaning."""
    match = _UNKNOWN_ZONE.search(text)
    if clock is None or clock.zone is not None or match is None:
        return
    word = plain_text(match[1])
    if word != "uhr" and month_number(word) is None and weekday_number(word) is None:
        raise ValueError(f"{match[1]!r} is no time zone with one meaning")
