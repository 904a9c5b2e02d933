"""Time zones as dates state them: offsets, names of RFC 822 and of common use, IANA names."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Hours east of UTC. RFC 822 section 5.1 fixes the American names; the others have one common
# meaning. Names with several meanings (IST: India, Ireland, Israel) are left out on purpose.
_NAMES_BY_OFFSET: Final = {
    -10.0: "hst",
    -9.0: "akst",
    -8.0: "pst akdt",
    -7.0: "mst pdt",
    -6.0: "cst mdt",
    -5.0: "est cdt",
    -4.0: "ast edt",
    -3.5: "nst",
    -3.0: "adt brt",
    -2.5: "ndt",
    0.0: "z ut utc gmt wet",
    1.0: "bst west cet mez",
    2.0: "cest mesz eet sast",
    3.0: "eest msk мск trt",
    5.0: "pkt",
    7.0: "wib ict",
    8.0: "hkt sgt awst",
    9.0: "jst kst",
    9.5: "acst",
    10.0: "aest",
    10.5: "acdt",
    11.0: "aedt",
    12.0: "nzst",
    13.0: "nzdt",
}
_NAMED_OFFSETS: Final = {
    name: hours for hours, names in _NAMES_BY_OFFSET.items() for name in names.split()
}
_OFFSET: Final = re.compile(r"\s*(?:z|ut|utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?(?![\d/.:-])")
_NAME: Final = re.compile(r"[\s(]*([^\W\d_]{1,5})(?![^\W_])\)?")
_IANA: Final = re.compile(r"[\s(\[]*([A-Z][A-Za-z]+/[A-Za-z_/+-]+)[\])]?")
_MILITARY: Final = re.compile(r"\s?[a-ik-y](?![^\W_])")


def zone_after(text: str, board_zone: tzinfo) -> tuple[tzinfo | None, str]:
    """Return the zone at the start of *text*, in plain text, and the rest; None: there is none.

    *board_zone* decides a name with several meanings that it has itself, such as ``IST``. A single
    letter counts as UTC, because senders swapped their signs (RFC 5322 section 4.3).
    """
    if match := _OFFSET.match(text):
        hours, minutes = int(match[2]), int(match[3] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if offset < timedelta(hours=24):
            return timezone(-offset if match[1] == "-" else offset), text[match.end() :]
    if (match := _NAME.match(text)) and (zone := _named_zone(match[1], board_zone)):
        return zone, text[match.end() :]
    if match := _MILITARY.match(text):
        return UTC, text[match.end() :]
    return None, text


def iana_zone(text: str) -> tuple[ZoneInfo | None, str]:
    """Return the IANA zone that *text* names, and *text* without the name; None: there is none."""
    match = _IANA.search(text)
    if not match:
        return None, text
    try:
        return ZoneInfo(match[1]), text[: match.start()] + " " + text[match.end() :]
    except (ZoneInfoNotFoundError, ValueError):
        return None, text


def _named_zone(name: str, board_zone: tzinfo) -> tzinfo | None:
    months = (datetime(2026, month, 1, tzinfo=board_zone) for month in (1, 7))
    if name in {(at.tzname() or "").lower() for at in months}:
        return board_zone
    hours = _NAMED_OFFSETS.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))
