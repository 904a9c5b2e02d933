"""Dates of numbers alone, such as ``19.11.2026`` and ``11/19/2026``, and the order of their parts.

A page has one order. It is the one that leaves no date of the page impossible or in the future;
else that of the page's language; else it is unknown, and such a date stays unread.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Final

from crawlers.dates.names import locale_of

# Year first has one order; dots stand for day, month, year in every locale of CLDR.
_YEAR_FIRST: Final = re.compile(
    r"(?<![\d.:/-])(\d{4})\s?([./年년-])\s?(\d{1,2})\s?([./月월-])\s?(\d{1,2})(?:[.日일]|(?!\d))"
)
_YEAR_LAST: Final = re.compile(
    r"(?<![\d.:/-])(\d{1,2})(\. ?|/|-)(\d{1,2})(\. ?|/|-)(\d{4}|'?\d{2})(?![\d:])"
)
_NO_YEAR: Final = re.compile(r"(?<![\d.:/-])(\d{1,2})([./])(\d{1,2})\2?(?![\d.:/])")
_EAST_ASIAN_DAY: Final = re.compile(r"(\d{1,2})[月월] ?(\d{1,2})[日일]")
_VIETNAMESE: Final = re.compile(r"(\d{1,2}) th(?:ang|g)\.? (\d{1,2}),? ?(?:nam )?(\d{4})")
DAY_FIRST: Final = "dmy"
MONTH_FIRST: Final = "mdy"
_TOMORROW: Final = timedelta(days=1)  # the date of today may be tomorrow's in another zone


class AmbiguousDateError(ValueError):
    """A date whose day and month may be swapped."""


def cut_numeric_date(text: str, order: str | None, today: date) -> tuple[date | None, str]:
    """Return the date of numbers in *text*, in plain text, and *text* without it; None: none.

    *order* of day and month around slashes and dashes is DAY_FIRST, MONTH_FIRST or None, unknown.

    Raises:
        AmbiguousDateError: the order is unknown, and both are possible.
        ValueError: there is no such day.
    """
    if match := _YEAR_FIRST.search(text):
        day = date(int(match[1]), int(match[3]), int(match[5]))
    elif match := _YEAR_LAST.search(text):
        day = _year_last(match, order, today)
    elif match := _VIETNAMESE.search(text):
        day = date(int(match[3]), int(match[2]), int(match[1]))
    elif match := _EAST_ASIAN_DAY.search(text):
        day = latest_past(int(match[1]), int(match[2]), today)
    elif match := _NO_YEAR.search(text):
        first, second = int(match[1]), int(match[3])
        day_number, month = _ordered(first, second, DAY_FIRST if match[2] == "." else order)
        day = latest_past(month, day_number, today)
    else:
        return None, text
    return day, f"{text[: match.start()]} {text[match.end() :]}"


def order_on_page(texts: Iterable[str], language: str, today: date) -> str | None:
    """Return the order of day and month in *texts*, the dates of one page; None: unknown."""
    matches = [match for match in map(_YEAR_LAST.search, texts) if match and "." not in match[2]]
    orders = [
        order
        for order in (DAY_FIRST, MONTH_FIRST)
        if all(_is_possible(match, order, today) for match in matches)
    ]
    if len(orders) == 1:
        return orders[0]
    return _order_of_language(language) if orders else None


def latest_past(month: int, day: int, today: date) -> date:
    """Return the last *day* of *month* up to *today*, or tomorrow, which it may be elsewhere.

    Raises:
        ValueError: no year has such a day.
    """
    for year in range(today.year + 1, today.year - 8, -1):  # 29 February: 8 years around 1900
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate <= today + _TOMORROW:
            return candidate
    raise ValueError(f"no year has a day {month}-{day}")


def full_year(text: str, today: date) -> int:
    """Return the year of four or two digits; of two: the last such year up to the next year."""
    year = int(text.lstrip("'"))
    if len(text.lstrip("'")) > 2:  # noqa: PLR2004 - digits
        return year
    return year + 2000 if year + 2000 <= today.year + 1 else year + 1900


def _year_last(match: re.Match[str], order: str | None, today: date) -> date:
    if match[2].strip() == ".":
        order = DAY_FIRST
    day, month = _ordered(int(match[1]), int(match[3]), order)
    return date(full_year(match[5], today), month, day)


def _ordered(first: int, second: int, order: str | None) -> tuple[int, int]:
    """Return day and month."""
    if order is None:
        if first == second or first > 12:  # noqa: PLR2004 - no month has such a number
            return first, second
        if second > 12:  # noqa: PLR2004
            return second, first
        raise AmbiguousDateError("day and month may be swapped")
    return (second, first) if order == MONTH_FIRST else (first, second)


def _is_possible(match: re.Match[str], order: str, today: date) -> bool:
    try:
        return _year_last(match, order, today) <= today + _TOMORROW
    except ValueError:
        return False


@cache
def _order_of_language(language: str) -> str | None:
    """Return the order that CLDR has for *language*; None for English of no country."""
    locale = locale_of(language)
    if locale is None or (locale.language == "en" and not locale.territory):
        return None
    pattern = str(locale.date_formats["short"].pattern).lower()
    return DAY_FIRST if pattern.find("d") < pattern.find("m") else MONTH_FIRST
