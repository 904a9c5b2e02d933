"""Dates that software writes: ISO 8601, Unix times and RFC 822."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_UNIX: Final = re.compile(r"@?(\d{9,10}|\d{12,13}|\d{16}|\d{19})(?:\.\d+)?")
_COMPACT: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?")  # 202611191015
_ISO: Final = re.compile(r"\d{4}-?(?:\d\d|W\d)[\dTWZ:.,+\- ]*", re.IGNORECASE)
_END_OF_DAY: Final = re.compile(r"T24:?00(?=$|[:Z+-])")  # 24:00 is the start of the next day
# RFC 822 with a year of four digits, and a zone whose meaning is fixed there.
_RFC_822: Final = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s*)?\d{1,2}\s+"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{4}\s+"
    r"\d\d:\d\d(?::[0-5]\d)?\s+(?:[+-]\d{4}|UT|UTC|GMT|[ECMP][SD]T)"
)
_ZONE_NAME: Final = re.compile(r"\d\s*[A-Za-z]{1,5}\s*$")
_LONG_FRACTION: Final = re.compile(r"([.,]\d{6})\d+")


def machine_date(text: str) -> datetime | None:
    """Return the date *text* of ISO 8601 or RFC 822, or the Unix time; None: it is none of them.

    It is aware only if it has a zone.

    Raises:
        ValueError: it has the form of one, with an impossible value.
    """
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - it has no zone
    if match := _UNIX.fullmatch(text):
        length = 9 if len(match[1]) in (9, 12) else 10  # digits of seconds; then fractions
        return datetime.fromtimestamp(int(match[1][:length]), UTC)
    return _strict_rfc_date(text) if _RFC_822.fullmatch(text) else _iso_date(text)


def _strict_rfc_date(text: str) -> datetime:
    at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000" is UTC without a place


def _iso_date(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    text, days = _END_OF_DAY.subn("T00:00", _LONG_FRACTION.sub(r"\1", text.upper()))
    try:
        return datetime.fromisoformat(text) + timedelta(days=days)
    except ValueError:
        return None  # "2026-11-19 10:15:00 +0100" is read as words and numbers


def rfc_date(text: str) -> datetime:
    """Return the date *text* of RFC 822 and its old variants, aware only if it has a zone.

    Raises:
        ValueError: it is none, or its zone is a name with no or several meanings, as ``IST``.
    """
    at = parsedate_to_datetime(text)
    if at.tzinfo is None and _ZONE_NAME.search(text):
        raise ValueError(f"{text!r} has a time zone without one meaning")
    return at
