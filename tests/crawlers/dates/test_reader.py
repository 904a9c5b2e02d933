"""Dates as software and people write them; what cannot be read without doubt is unknown."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.timestamps import DateProblem
from crawlers.dates import names, relative
from crawlers.dates.reader import MAX_LENGTH, DateReader

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
TIMES = {
    "2026-11-19T10:15:00Z": [
        *(
            "2026-11-19T10:15:00Z",
            "2026-11-19T10:15",
            "2026-11-19 10:15:00",
            "2026-11-19 10:15:00 UTC",
        ),
        *("2026-11-19T11:15:00+01:00", "2026-11-19T11:15+0100", "2026-11-19T11:15+01"),
        *("2026-11-19 11:15:00 +0100", "2026-11-19T11:15+01:00[Europe/Paris]", "20261119T101500Z"),
        *("20261119101500", "2026-W47-4T10:15:00Z", "2026/11/19 10:15:00", "2026.11.19 10:15"),
        *(
            "Thu, 19 Nov 2026 10:15:00 GMT",
            "19 Nov 26 10:15 +0000",
            "Thu, 19 Nov 2026 05:15:00 EST",
        ),
        *("Thu Nov 19 10:15:00 2026", "Thu Nov 19 11:15:00 +0100 2026", "19-Nov-2026 10:15"),
        *("Thu Nov 19 2026 11:15:00 GMT+0100 (Central European Standard Time)",),
        *("Thu, 19 Nov 2026 11:15:00 (CET)", "Thursday, November 19, 2026 - 10:15"),
        *("Fri, 19 Nov 2026 10:15:00 GMT", "Nov 19th, 2026 at 10:15am", "19/11/2026 10:15"),
        *(
            "11/19/2026 10:15 AM",
            "19.11.2026, 10:15 Uhr",
            "19. 11. 2026 10:15",
            "19.11.2026 klo 10.15",
        ),
        *(
            "Do, 19. November 2026 10:15",
            "jeu. 19 novembre 2026 à 10h15",
            "19 de noviembre de 2026 10:15",
        ),
        *("19 ноября 2026 г. в 10:15", "19 Kasım 2026 10:15"),
        *("2026年11月19日 10:15", "2026년 11월 19일 오전 10:15", "19 tháng 11, 2026 10:15"),
        *("١٩ نوفمبر ٢٠٢٦ ١٠:١٥ ص", "Posted by Ann » 19 Nov 2026, 10:15 #7", "19 nov, 10:15"),
    ],
    "2026-11-21T14:05:00Z": [
        *("Yesterday, 14:05", "yesterday at 2:05 pm", "gestern um 14:05 Uhr", "hier à 14h05"),
        *("вчера в 14:05", "ayer a las 14:05", "wczoraj, 14:05", "dün 14:05", "昨天 下午2:05"),
        *("igår kl. 14.05", "Saturday 14:05", "Samstag, 14:05"),
    ],
    "2026-11-22T03:00:00Z": [
        *("3 hours ago", "3 hrs. ago", "3h", "vor 3 Stunden", "il y a 3 heures", "hace 3 horas"),
        *("3 часа назад", "3 godziny temu", "3 saat önce", "قبل 3 ساعات", "3時間前", "há 3 horas"),
        *("3 ore fa", "3 uur geleden", "Ann, 3 hours ago", "180 minutes ago"),
    ],
    "2026-11-22T05:00:00Z": [
        "an hour ago",
        "vor einer Stunde",
        "il y a une heure",
        "hace una hora",
    ],
    "2026-11-20T03:00:00Z": ["2 days 3 hours ago", "2 days, 3 hours ago", "2 days and 3 hours ago"],
    "2026-11-22T06:00:00Z": ["just now", "gerade eben", "à l'instant", "только что"],
    "2026-11-20T00:00:00Z": ["2026-11-19T24:00:00Z", "20.11.2026", "Fri Nov 20", "20 nov."],
    "2023-11-14T22:13:20Z": ["1700000000", "1700000000000", "1700000000.25", "1700000000000000"],
    "2024-02-29T00:00:00Z": ["29 Feb", "Feb 29, 2024"],
}
MOMENTS_START = datetime.fromisoformat("1995-01-01")
MOMENTS_END = datetime.fromisoformat("2026-11-20")
UNREADABLE = [
    *("soon", "14:05", "2026", "2026-11", "30 Feb 2026", "19 Nov 2026 25:00", "19 Foober 2026"),
    *("13/13/2026", "in 3 hours", "3 foos ago", "1 год 3 часа назад", "x" * (MAX_LENGTH + 1)),
    *("Thu, 19 Nov 2026 10:15:00 IST", "10 listopada 2026", "ma 14:05"),
]
IMPLAUSIBLE = [
    *("Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00Z", "1899-12-30", "2569-11-19"),
    *("Wed, 30 Nov -0001 00:00:00 +0000", "1601-01-01"),
]


@pytest.fixture(scope="module")
def reader():
    return DateReader(now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"), [(text, expected) for expected, texts in TIMES.items() for text in texts]
)
def test_date_is_read(reader, text, expected):
    reading = reader.read(text)
    at = datetime.fromisoformat(expected)
    assert reading.problem is None
    assert abs(reading.at - at) < timedelta(seconds=1)


@pytest.mark.parametrize("text", UNREADABLE)
def test_doubtful_date_is_unreadable(reader, text):
    assert reader.read(text).problem is DateProblem.UNREADABLE


@pytest.mark.parametrize("text", IMPLAUSIBLE)
def test_zero_of_some_software_is_implausible(reader, text):
    assert reader.read(text).problem is DateProblem.IMPLAUSIBLE


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_missing_date_is_no_problem_of_reading(reader, text):
    reading = reader.read(text)
    assert (reading.at, reading.problem) == (None, None)


@pytest.mark.parametrize(
    ("samples", "language", "day"),
    [
        ([], "", None),
        (["25/10/2026"], "", "2026-11-05"),
        (["10/25/2026"], "", "2026-05-11"),
        (["25/10/2026", "10/25/2026"], "", None),  # no order fits both
        (["03/12/2026"], "", "2026-05-11"),  # day first, it would be in the future
        ([], "de", "2026-11-05"),
        ([], "en-US", "2026-05-11"),
        ([], "en-gb", "2026-11-05"),
        ([], "en", None),
        (["10/25/2026"], "de", "2026-05-11"),  # dates of the page count before its language
    ],
)
def test_order_of_day_and_month_is_that_of_the_page(samples, language, day):
    text = "05/11/2026"
    reading = DateReader(now=NOW, language=language, samples=[*samples, text]).read(text)
    assert (reading.at and f"{reading.at:%Y-%m-%d}") == day
    assert (reading.problem is DateProblem.AMBIGUOUS) == (day is None)


def test_date_without_zone_is_of_the_zone_of_the_board():
    reader = DateReader(now=NOW, zone=ZoneInfo("Asia/Tokyo"))
    assert reader.read("22.11.2026 01:00").at == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert reader.read("yesterday, 14:05").at == datetime(2026, 11, 21, 5, 5, tzinfo=UTC)
    assert reader.read("22.11.2026 01:00 GMT").at == datetime(2026, 11, 22, 1, tzinfo=UTC)


def test_name_of_a_month_with_two_meanings_is_decided_by_language_or_weekday():
    """``listopada`` is November in Polish and October in Croatian."""
    assert DateReader(now=NOW, language="hr").read("10 listopada 2026").at.month == 10
    assert DateReader(now=NOW, language="pl").read("10 listopada 2026").at.month == 11
    assert DateReader(now=NOW).read("wt., 10 listopada 2026").at.month == 11


def test_name_of_a_zone_with_two_meanings_is_decided_by_the_board():
    text = "Thu, 19 Nov 2026 10:15:00 IST"
    reader = DateReader(now=NOW, zone=ZoneInfo("Asia/Kolkata"))
    assert reader.read(text).at == datetime(2026, 11, 19, 4, 45, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_has_one_reading(text):
    """No text raises; a date is aware, in UTC and not from another calendar."""
    reading = DateReader(now=NOW).read(text)
    assert reading.at is None or reading.problem is None
    assert reading.at is None or (reading.at.tzinfo is UTC and 1990 <= reading.at.year <= 2037)


@given(st.datetimes(MOMENTS_START, MOMENTS_END))
def test_formats_of_one_moment_agree(moment):
    moment = moment.replace(microsecond=0, second=0, tzinfo=UTC)
    reader = DateReader(now=NOW)
    formats = ("%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S +0000", "%d.%m.%Y %H:%M")
    formats += ("%B %d, %Y %I:%M %p", "%Y/%m/%d %H:%M", "%A, %d %B %Y, %H:%M UTC")
    assert {reader.read(f"{moment:{form}}").at for form in formats} == {moment}


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-19T10:15:00Z", "2026-11-19", "1795255380", "Thu, 19 Nov 2026 10:15:00 GMT"),
        *("19 Nov 2026 10:15 -0000", "19 Nov 2026, 10:15", "11/19/2026 10:15 AM"),
    ],
)
def test_common_dates_load_no_names_of_other_languages(text, monkeypatch):
    """They take seconds, in each crawl process, during which no page is downloaded."""
    monkeypatch.setattr(relative, "_phrases", lambda _: pytest.fail("loads all phrases"))
    monkeypatch.setattr(names, "_month_of_all", lambda *_: pytest.fail("loads all months"))
    assert DateReader(now=NOW).read(text).at is not None
