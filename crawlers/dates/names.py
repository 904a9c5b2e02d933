"""Names of months and weekdays in the languages of feeds and boards, from Unicode's CLDR.

Each locale is loaded once, on the first word that English does not have: all take a second.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Final

from babel import Locale, UnknownLocaleError

from crawlers.dates.plain_text import plain_text

ENGLISH: Final = "en"
LANGUAGES: Final = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "ar", "fa", "he", "el", "hi"),
    *("sv", "da", "nb", "nn", "fi", "is", "et", "lv", "lt", "cs", "sk", "sl", "hr", "sr", "bs"),
    *("uk", "be", "bg", "mk", "ro", "hu", "sq", "ca", "gl", "eu", "ga", "cy", "af", "id", "ms"),
    *("vi", "bn", "ur", "ka", "hy", "az", "kk", "ta", "th", "sw", "ja", "zh", "ko"),
)
MIN_PREFIX: Final = 3  # letters of a shortened name
# Short forms that are in use and that CLDR does not have.
_MORE_MONTHS: Final = {"sept": 9, "avg": 8, "mrt": 3, "marz": 3, "marts": 3, "fevr": 2, "juil": 7}


def month_number(word: str, weekday_word: str = "", language: str = "") -> int | None:
    """Return the month 1 to 12 that *word*, in plain text, names or begins; None: not clearly one.

    *language* is that of the page, which is asked first, then English, then all. Names that mean
    different months in different languages (``listopad``) are decided by the language or by the
    languages of *weekday_word*.
    """
    names = (_names(language, "month"), _names(ENGLISH, "month"), _MORE_MONTHS)
    if month := next(filter(None, (numbers.get(word) for numbers in names)), None):
        return month
    if word.isascii() and len(word) < MIN_PREFIX:
        return None
    return _month_of_all(word, weekday_word, language)


def _month_of_all(word: str, weekday_word: str, language: str) -> int | None:
    months = (
        _exact_months(word) or _begun_months(word, (language,)) or _begun_months(word, LANGUAGES)
    )
    candidates = {*months.values()}
    if len(candidates) > 1 and weekday_word:
        candidates = {months[name] for name in months if weekday_word in _names(name, "day")}
    return candidates.pop() if len(candidates) == 1 else None


@cache
def weekday_number(word: str) -> int | None:
    """Return the weekday that *word*, in plain text, names, 0 for Monday; None: not clearly one."""
    numbers = {
        number
        for language in LANGUAGES
        if (number := _names(language, "day").get(word)) is not None
    }
    return numbers.pop() if len(numbers) == 1 else None


def _exact_months(word: str) -> dict[str, int]:
    names = ((language, _names(language, "month").get(word)) for language in LANGUAGES)
    return {language: month for language, month in names if month}


@cache
def _begun_months(word: str, languages: tuple[str, ...]) -> dict[str, int]:
    """Return the month by language, of those in which *word* begins the names of one month."""
    months: dict[str, int] = {}
    for language in languages:
        begun = {
            month for name, month in _names(language, "month").items() if name.startswith(word)
        }
        if len(begun) == 1 and len(word) >= MIN_PREFIX:
            months |= {language: begun.pop()}
    return months


@cache
def _names(language: str, kind: str) -> Mapping[str, int]:
    """Return the numbers of the names of *kind* (month or day) in *language*; {} if unknown."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for number, name in _cldr_names(language, kind):
        for word in _words_for(name, language):
            numbers[word].add(number)
    return {word: found.pop() for word, found in numbers.items() if len(found) == 1}


def _cldr_names(language: str, kind: str) -> Iterator[tuple[int, str]]:
    locale = locale_of(language)
    if locale is None:
        return
    widths = locale.months if kind == "month" else locale.days
    for context, width in product(("format", "stand-alone"), _WIDTHS):
        for number, name in widths.get(context, {}).get(width, {}).items():
            yield int(number), name


_WIDTHS: Final = ("wide", "abbreviated", "short")


def locale_of(language: str) -> Locale | None:
    """Return the locale of a code such as ``pt-br``; None if CLDR has none."""
    try:
        return Locale.parse(language, sep="-") if language else None
    except (ValueError, UnknownLocaleError):
        return None


def _words_for(name: str, language: str) -> Iterator[str]:
    """Yield the single word by which texts have the CLDR *name*; none for one of two words."""
    words = plain_text(name).replace(".", "").replace("’", "'").split()
    word = words[-1].removeprefix("d'") if words else ""
    if (len(words) == 1 or words[0] == "de") and not word.isdecimal():
        yield word
        if language == "he":
            yield f"ב{word}"  # "in": written together
