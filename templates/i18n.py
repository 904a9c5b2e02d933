"""Every visible sentence: a catalogue a language, numbers and dates by babel in a reader's zone."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from math import ceil, floor
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

CATALOGUES: Final = Path(__file__).parent / "catalogue"
Sentence = str | Mapping[str, str]  # a Mapping holds one form a plural category


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence not yet said: its key and the values it quotes; who reads it comes later.

    ``count`` among the values chooses the plural form; ``=0`` is a form for exactly none. A value
    may be a phrase itself, or a tuple, which is said as a list.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def phrase(key: str, **values: Any) -> Phrase:
    """The sentence *key* of the catalogue, to be said with *values*."""
    return Phrase(key, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Says phrases to one reader: *zone* is an IANA name, *locale* has a catalogue."""

    zone: str = "UTC"
    locale: str = "en"

    def __call__(self, what: str | Phrase, /, **values: Any) -> str:
        """The sentence, with its numbers and dates as the reader writes them.

        Raises:
            KeyError: the catalogue has no such sentence, or a value it quotes is missing.
        """
        key, values = (what.key, dict(what.values)) if isinstance(what, Phrase) else (what, values)
        sentence = catalogue(self.locale)[key]
        if not isinstance(sentence, str):
            category = Locale.parse(self.locale).plural_form(values["count"])
            category = category if values["count"] else "=0"
            sentence = sentence.get(category, sentence["other"])
        return _Speech(self).vformat(sentence, (), values)


@cache
def catalogue(locale: str) -> Mapping[str, Sentence]:
    """All sentences of *locale* by ``section.name``."""
    text = (CATALOGUES / f"{locale}.yaml").read_text(encoding="utf-8")
    sections: dict[str, dict[str, Sentence]] = yaml.safe_load(text)
    return {
        f"{section}.{name}": sentence
        for section, sentences in sections.items()
        for name, sentence in sentences.items()
    }


class _Speech(string.Formatter):
    """``{value:spec}``: the spec is a name in ``_SPECS``; without one the value is plain."""

    def __init__(self, say: Say) -> None:
        self.say = say

    def format_field(self, value: Any, format_spec: str) -> str:
        """*value* by its spec; a phrase is said, a tuple said as a list."""
        if isinstance(value, Phrase):
            return self.say(value)
        if isinstance(value, tuple):
            return ", ".join(self.format_field(one, format_spec) for one in value)
        if not format_spec:
            return str(value)
        return _SPECS[format_spec](self.say, value)


def _start(_: Say, text: str) -> str:
    """*text* as a sentence begins: only its first letter is raised."""
    return text[:1].upper() + text[1:]


def _language(say: Say, code: str) -> str:
    """The name of an ISO 639-1 code; a code nobody named stays a code."""
    return str(Locale.parse(say.locale).languages.get(code, code))


def _country(say: Say, code: str) -> str:
    """The name of an ISO 3166-1 alpha-2 code, likewise."""
    return str(Locale.parse(say.locale).territories.get(code, code))


def _number(say: Say, value: float) -> str:
    """One decimal below 10, none above: 4.1 but 41."""
    # A fraction of a large count is noise; of a small one it is the difference.
    return _decimal(round(value, 1 if abs(value) < 10 else 0), say.locale)  # noqa: PLR2004


@lru_cache(maxsize=4096)  # a chart's table is made of the same few numbers
def _decimal(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


def _percent(say: Say, share: float) -> str:
    return str(format_percent(share, locale=say.locale))


def _change(say: Say, share: float) -> str:
    """A signed percentage that never breaks over two lines: +131%, -4%."""
    return _signed(share, _percent(say, abs(share)), _percent(say, 0))


def _points(say: Say, share: float) -> str:
    """A signed difference of two shares, in percentage points."""
    number = str(format_decimal(round(abs(share) * 100), locale=say.locale))
    return _signed(share, number, "0")


def _signed(value: float, text: str, nothing: str) -> str:
    sign = "±" if text == nothing else "+" if value > 0 else "−"
    return f"{sign}{text}"


def _dated(name: str) -> Callable[[Say, datetime], str]:
    """A date or time in the reader's zone, by the pattern ``format.NAME`` of the catalogue."""

    def formatted(say: Say, at: datetime) -> str:
        pattern = str(catalogue(say.locale)[f"format.{name}"])
        zone = ZoneInfo(say.zone)
        return str(format_datetime(at, pattern, tzinfo=zone, locale=say.locale))

    return formatted


def _utc(say: Say, at: datetime) -> str:
    return _dated("clock")(Say(zone="UTC", locale=say.locale), at.astimezone(UTC))


def _length(say: Say, span: timedelta) -> str:
    """A duration in its two largest units of day, hour and minute: ``2 h 10 min``, ``12 s``."""
    if 0 < round(span.total_seconds()) < 60:  # noqa: PLR2004 - a minute
        return say("unit.second", count=round(span.total_seconds()))
    minutes = max(0, round(span.total_seconds() / 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (rest, "minute")]
    first = next((n for n, (amount, _) in enumerate(parts) if amount), 2)
    shown = [part for part in parts[first : first + 2] if part[0]] or parts[2:]
    return " ".join(say(f"unit.{unit}", count=amount) for amount, unit in shown)


def _about(say: Say, value: float) -> str:
    """A mean of a count in whole numbers: ``almost none``, ``2–3``, ``about 41``."""
    low, high = floor(value), ceil(value)
    if value < 0.5:  # noqa: PLR2004 - half a person
        return say("about.none")
    if value < 10 and min(value - low, high - value) >= 0.25:  # noqa: PLR2004 - a quarter
        return say("about.between", low=low, high=high)
    return say("about.whole", value=round(value))


_SPECS: Final[Mapping[str, Callable[[Say, Any], str]]] = {
    "number": _number,
    "about": _about,
    "percent": _percent,
    "change": _change,
    "points": _points,
    "day": _dated("day"),
    "date": _dated("date"),
    "clock": _dated("clock"),
    "moment": _dated("moment"),
    "stamp": _dated("stamp"),
    "tick": _dated("tick"),
    "utc": _utc,
    "start": _start,
    "language": _language,
    "country": _country,
    "length": _length,
}
