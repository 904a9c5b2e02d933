"""Days with the name of a month: ``19 Nov 2026``, ``November 19th, 26``, ``19 ноября``."""

import re
from datetime import date
from itertools import pairwise
from typing import Final

from crawlers.dates.names import month_number, weekday_number
from crawlers.dates.numeric import full_year, latest_past
from crawlers.dates.relative import FILLERS

_ORDINAL: Final = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|o|\.)(?![^\W\d_]|\d)")
_TOKEN: Final = re.compile(r"'?\d+|[^\W\d_]+")
_YEAR_DIGITS: Final = 4


def day_in(text: str, language: str, today: date) -> date | None:
    """Return the day with the name of a month in *text*, in plain text; None: there is none.

    A day without a year is the last one up to *today*. *language* is that of the page.

    Raises:
        ValueError: there is no such day.
    """
    words, numbers = _words_and_numbers(text)
    months = [month_number(word, before, language) for before, word in pairwise(["", *words])]
    if len(numbers) not in (1, 2) or len({*months} - {None}) != 1:
        return None
    month = next(filter(None, months))
    if len(numbers) == 1:
        is_date = all(map(_is_part_of_date, words, months))
        return latest_past(month, int(numbers[0]), today) if is_date else None
    day, year = reversed(numbers) if _is_year(numbers[0]) else numbers
    return date(full_year(year, today), month, int(day))


def _words_and_numbers(text: str) -> tuple[list[str], list[str]]:
    tokens: list[str] = _TOKEN.findall(_ORDINAL.sub(r"\1 ", text))
    numbers = [token for token in tokens if token[-1].isdecimal()]
    return [token for token in tokens if not token[-1].isdecimal()], numbers


def _is_year(number: str) -> bool:
    return len(number) == _YEAR_DIGITS or number.startswith("'")


def _is_part_of_date(word: str, month: int | None) -> bool:
    """Return True if *word* may stand in a date without a year, which is easily mistaken."""
    return month is not None or word in FILLERS or weekday_number(word) is not None
