"""Translation: one catalogue a language; numbers and dates by Babel in the reader's zone."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from math import ceil, floor
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

CATALOGUE_FOLDER: Final = Path(__file__).parent / "catalogue"
Sentence = str | Mapping[str, str]  # a Mapping contains one form per plural category


@dataclass(frozen=True, slots=True)
class Message:
    """An untranslated sentence: its key in the catalogue and its values.

    The value ``count`` selects the plural form; ``=0`` is a form for exactly none. A value may be a
    message itself, or a tuple, which becomes a list separated by commas.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def msg(key: str, **values: Any) -> Message:
    """Return the sentence *key* of the catalogue with *values*, not translated yet."""
    return Message(key, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """The translation of messages for one reader: an IANA zone and a locale with a catalogue."""

    zone: str = "UTC"
    locale: str = "en"

    def __call__(self, message: str | Message, /, **values: Any) -> str:
        """Return the sentence with numbers and dates in the format of the reader's locale.

        Raises:
            KeyError: the catalogue has no such sentence, or one of its values is missing.
        """
        key, values = (
            (message.key, dict(message.values))
            if isinstance(message, Message)
            else (message, values)
        )
        sentence = catalogue(self.locale)[key]
        if not isinstance(sentence, str):
            category = Locale.parse(self.locale).plural_form(values["count"])
            category = category if values["count"] else "=0"
            sentence = sentence.get(category, sentence["other"])
        return _MessageFormatter(self).vformat(sentence, (), values)


@cache
def catalogue(locale: str) -> Mapping[str, Sentence]:
    """Return all sentences of *locale* by ``section.name``."""
    text = (CATALOGUE_FOLDER / f"{locale}.yaml").read_text(encoding="utf-8")
    sections: dict[str, dict[str, Sentence]] = yaml.safe_load(text)
    return {
        f"{section}.{name}": sentence
        for section, sentences in sections.items()
        for name, sentence in sentences.items()
    }


class _MessageFormatter(string.Formatter):
    """Formatter of ``{value:spec}``: the spec is a name in ``_SPECS``; none means ``str``."""

    def __init__(self, translate: Translator) -> None:
        self.translate = translate

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format *value* by *format_spec*; translate a message, join a tuple by commas."""
        if isinstance(value, Message):
            return self.translate(value)
        if isinstance(value, tuple):
            return ", ".join(self.format_field(element, format_spec) for element in value)
        if not format_spec:
            return str(value)
        return _SPECS[format_spec](self.translate, value)


def _capitalize_first(_: Translator, text: str) -> str:
    """Return *text* with its first letter, and only that, in upper case."""
    return text[:1].upper() + text[1:]


def _language(translate: Translator, code: str) -> str:
    """Return the name of an ISO 639-1 code, or the code if it has no name."""
    return str(Locale.parse(translate.locale).languages.get(code, code))


def _country(translate: Translator, code: str) -> str:
    """Return the name of an ISO 3166-1 alpha-2 code, or the code if it has no name."""
    return str(Locale.parse(translate.locale).territories.get(code, code))


def _number(translate: Translator, value: float) -> str:
    """Format a number with one decimal below 10, none above: 4.1 but 41."""
    # The fraction of a large count is noise; of a small one it matters.
    return _decimal(round(value, 1 if abs(value) < 10 else 0), translate.locale)  # noqa: PLR2004


@lru_cache(maxsize=4096)  # the table of a chart repeats the same few numbers
def _decimal(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


def _percent(translate: Translator, share: float) -> str:
    return str(format_percent(share, locale=translate.locale))


def _change(translate: Translator, share: float) -> str:
    """Format a signed percentage that never breaks over two lines: +131%, -4%."""
    return _signed(share, _percent(translate, abs(share)), _percent(translate, 0))


def _points(translate: Translator, share: float) -> str:
    """Format a signed difference of two shares, in percentage points."""
    points = str(format_decimal(round(abs(share) * 100), locale=translate.locale))
    return _signed(share, points, "0")


def _signed(value: float, text: str, zero: str) -> str:
    sign = "±" if text == zero else "+" if value > 0 else "−"
    return f"{sign}{text}"


def _date_formatter(name: str) -> Callable[[Translator, datetime], str]:
    """Return a formatter of dates in the reader's zone, by ``format.NAME`` of the catalogue."""

    def format_date(translate: Translator, at: datetime) -> str:
        """Return *at* in the zone, the language and the form of the reader."""
        pattern = str(catalogue(translate.locale)[f"format.{name}"])
        zone = ZoneInfo(translate.zone)
        return str(format_datetime(at, pattern, tzinfo=zone, locale=translate.locale))

    return format_date


def _calendar(translate: Translator, day: date) -> str:
    """Return *day* in words, which is the same in every zone: 29 November 2026."""
    pattern = str(catalogue(translate.locale)["format.calendar"])
    return str(format_date(day, pattern, locale=translate.locale))


def _utc(translate: Translator, at: datetime) -> str:
    return _date_formatter("clock")(
        Translator(zone="UTC", locale=translate.locale), at.astimezone(UTC)
    )


def _duration(translate: Translator, duration: timedelta) -> str:
    """Format a duration in its two largest units, day to minute: ``2 h 10 min``, ``12 s``."""
    if 0 < round(duration.total_seconds()) < 60:  # noqa: PLR2004 - a minute
        return translate("unit.second", count=round(duration.total_seconds()))
    minutes = max(0, round(duration.total_seconds() / 60))
    days, hours, minutes_left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (minutes_left, "minute")]
    first = next((n for n, (amount, _) in enumerate(parts) if amount), 2)
    units = [part for part in parts[first : first + 2] if part[0]] or parts[2:]
    return " ".join(translate(f"unit.{unit}", count=amount) for amount, unit in units)


def _about(translate: Translator, value: float) -> str:
    """Format the mean of a count in whole numbers: ``almost none``, ``2–3``, ``about 41``."""
    low, high = floor(value), ceil(value)
    if value < 0.5:  # noqa: PLR2004 - half a person
        return translate("about.none")
    if value < 10 and min(value - low, high - value) >= 0.25:  # noqa: PLR2004 - a quarter
        return translate("about.between", low=low, high=high)
    return translate("about.whole", value=round(value))


_SPECS: Final[Mapping[str, Callable[[Translator, Any], str]]] = {
    "number": _number,
    "about": _about,
    "percent": _percent,
    "change": _change,
    "points": _points,
    "day": _date_formatter("day"),
    "date": _date_formatter("date"),
    "calendar": _calendar,
    "clock": _date_formatter("clock"),
    "moment": _date_formatter("moment"),
    "stamp": _date_formatter("stamp"),
    "tick": _date_formatter("tick"),
    "utc": _utc,
    "start": _capitalize_first,
    "language": _language,
    "country": _country,
    "length": _duration,
}
