"""Times of day within the text of a date: ``14:05``, ``2:05 pm``, ``14h05``, ``下午2:05``."""

import re
from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Final

from crawlers.dates.zones import zone_after

_AM: Final = ("am", "πμ", "π.μ.", "ص", "上午", "午前", "오전", "oo")
_PM: Final = ("pm", "μμ", "μ.μ.", "م", "下午", "午後", "오후", "os")
_HALF: Final = "|".join(map(re.escape, (*_AM, *_PM)))
_SECONDS: Final = r"(?:(?::|\.|分|분|min)\s?(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_CLOCK: Final = re.compile(
    rf"(?<![\d:./-])(?:(?P<before>{_HALF})\s?)?(?P<hour>\d{{1,2}})"
    rf"(?::|\s?h\s?|시\s?|時|点)(?P<minute>\d{{2}}){_SECONDS}(?:초|秒|分|분)?"
    rf"(?:\s?(?P<after>{_HALF})(?![^\W_]))?(?![\d:])"
)
_HOUR: Final = re.compile(
    rf"(?<![\d:./-])(?:(?P<before>{_HALF})\s?(?P<hour>\d{{1,2}})(?:시|時|点)"
    rf"|(?P<bare>\d{{1,2}})\s?(?:(?P<after>{_HALF})|uhr|h|godz)(?![^\W_]))"
)
# "14.05": a time only behind one of these words, or once a date was cut out.
_DOTTED: Final = re.compile(r"(?<![\d.])(?P<hour>[01]?\d|2[0-4])\.(?P<minute>[0-5]\d)(?![\d.])")
_DOTTED_AFTER_WORD: Final = re.compile(
    rf"\b(?:kl|klo|pukul|ore|alle|um|ob)\b\.?\s?{_DOTTED.pattern}"
)
_SPACED_HALF: Final = re.compile(r"(?<=\d)\s?([ap])\.?\s?m\b\.?")


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day and its zone; the zone is None where the text has none."""

    time: time
    zone: tzinfo | None


def cut_clock_time(text: str, board_zone: tzinfo) -> tuple[ClockTime | None, str]:
    """Return the time of day in *text*, in plain text, and *text* without it; None: there is none.

    Raises:
        ValueError: there is no such time of day, as 14:05 pm or 25:00.
    """
    text = _SPACED_HALF.sub(r" \1m", text)
    match = _CLOCK.search(text) or _DOTTED_AFTER_WORD.search(text) or _HOUR.search(text)
    return _read(match, text, board_zone) if match else (None, text)


def cut_dotted_time(text: str, board_zone: tzinfo) -> tuple[ClockTime | None, str]:
    """Return the time ``14.05`` in *text*, from which a date was cut, as :func:`cut_clock_time`."""
    match = _DOTTED.search(text)
    return _read(match, text, board_zone) if match else (None, text)


def _read(match: re.Match[str], text: str, board_zone: tzinfo) -> tuple[ClockTime, str]:
    parts = match.groupdict()
    hour = _hour(int(parts.get("hour") or parts["bare"]), parts.get("before") or parts.get("after"))
    second = min(int(parts.get("second") or 0), 59)  # a leap second is the one before
    at = time(hour, int(parts.get("minute") or 0), second)
    zone, rest = zone_after(text[match.end() :], board_zone)
    return ClockTime(at, zone), f"{text[: match.start()]} {rest}"


def _hour(number: int, half: str | None) -> int:
    """Return the hour 0 to 23 of *number* in *half* of the day; without it, as it stands."""
    if half is None:
        return number
    if not 1 <= number <= 12:  # noqa: PLR2004 - hours of a half day
        if number < 24 and (half in _PM) == (number > 12):  # noqa: PLR2004 - "14:05 pm" is meant so
            return number
        raise ValueError(f"{number} {half} is no time of day")
    return number % 12 + (12 if half in _PM else 0)
