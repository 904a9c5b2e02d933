"""The chart of an email: bars and text are drawn, even without an installed font."""

import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from core.observation import SentimentCounts
from templates.charts.geometry import HEADROOM, Bar, NamedInterval, plot
from templates.charts.png import chart_images, draw_png
from templates.charts.text_bars import sparkline, stacked
from templates.contexts.base import Context, sentiment_shares
from templates.contexts.mail import Chart, Picture
from templates.i18n import msg
from tests.alerts import example_emails as letters

Pixel = tuple[int, int, int, int]

pytestmark = pytest.mark.slow  # each draws a picture
HOUR = timedelta(hours=1)


def pixels(png: bytes) -> list[list[Pixel]]:
    """Return the rows of an RGBA PNG, decoded without an imaging library."""
    width, height = struct.unpack(">II", png[16:24])
    assert png[24:26] == b"\x08\x06"
    at, compressed_bytes = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            compressed_bytes += png[at + 8 : at + 8 + size]
        at += size + 12
    flat, rows = zlib.decompress(compressed_bytes), []
    before = bytearray(width * 4)
    for y in range(height):
        start = y * (width * 4 + 1)
        line = bytearray(flat[start + 1 : start + 1 + width * 4])
        _unfilter(flat[start], line, before)
        rows.append([(*line[x : x + 4],) for x in range(0, width * 4, 4)])
        before = line
    return rows


def _unfilter(kind: int, line: bytearray, up: bytearray) -> None:
    for x in range(len(line)):
        a, b, c = (line[x - 4] if x > 3 else 0), up[x], (up[x - 4] if x > 3 else 0)
        line[x] = (line[x] + (0, a, b, (a + b) // 2, _paeth(a, b, c))[kind]) % 256


def _paeth(a: int, b: int, c: int) -> int:
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def crisis() -> Picture:
    """Return the chart of a brief."""
    bars = letters.bars(datetime(2026, 11, 20, 15, tzinfo=UTC), peak=letters.ONSET)
    return Picture(
        zone="Europe/Berlin",
        plot=plot(
            bars,
            zone="Europe/Berlin",
            intervals=[NamedInterval(label="INC-7", start=letters.ONSET)],
        ),
    )


def count_visible(rows: list[list[Pixel]], x: range, y: range) -> int:
    """Return the number of pixels of an area that are not empty."""
    return sum(rows[j][i][3] > 100 for j in y for i in x)


@pytest.fixture(scope="module")
def rows() -> list[list[Pixel]]:
    """Return the decoded chart of a brief."""
    return pixels(draw_png(crisis()))


def test_text_is_drawn_with_the_packaged_font(rows):
    """Without a font resvg omits all text without an error."""
    assert (len(rows[0]), len(rows)) == (1152, 348)
    assert count_visible(rows, range(40, 76), range(300)) > 100  # the numbers beside the grid
    assert count_visible(rows, range(84, 1144), range(312, 340)) > 500  # days and hours below it


def test_bars_have_their_colours(rows):
    colours = {pixel[:3] for row in rows for pixel in row if pixel[3] == 255}
    assert {(0xC5, 0x43, 0x2C), (0xA5, 0xB0, 0xBC), (0x2B, 0x6C, 0xB0)} <= colours


def test_normal_level_is_visible_over_a_bar_and_beside_it():
    """Its dashes are dark on a pale line: visible in dark mode and over a full bar."""
    bars = [
        Bar(
            start=start,
            end=start + HOUR,
            counts=SentimentCounts(negative=total, neutral=0, positive=0),
            usual=5.0,
        )
        for start, total in ((letters.NOW, 9), (letters.NOW + HOUR, 1))
    ]
    picture_rows = pixels(draw_png(Picture(plot=plot(bars, zone="UTC"))))
    level = 8 + round(286 * (1 - 5 / (10 / (1 - HEADROOM))))
    for x in (range(84, 614), range(614, 1144)):
        line = [picture_rows[level][i] for i in x]
        dark = line.count((0x46, 0x51, 0x5D, 255))
        pale = sum(min(r, g, b) > 120 and a > 100 for r, g, b, a in line)
        assert dark > 200
        assert pale > 100


def test_background_is_transparent(rows):
    assert rows[0][0][3] == 0
    assert rows[347][1151][3] == 0


def test_equal_charts_have_equal_bytes():
    """Composing an email again gives the same email."""
    assert draw_png(crisis()) == draw_png(crisis())


def test_email_without_charts_has_no_pictures():
    chart = Chart(plot=crisis().plot, cid="a@b", alt=msg("trend.over"), title=msg("trend.over"))
    assert chart_images(Context()) == {}
    assert set(chart_images(Context(), chart)) == {"a@b"}


def hour(total: int, *, is_covered: bool = True) -> Bar:
    """Return a bar of *total* neutral mentions."""
    at = letters.NOW
    return Bar(
        start=at,
        end=at,
        counts=SentimentCounts(negative=0, neutral=total, positive=0),
        is_covered=is_covered,
    )


def test_sparkline_shows_one_as_more_than_zero():
    assert sparkline([hour(0), hour(1), hour(50), hour(100)]) == "▁▂▅█"
    assert sparkline([hour(3), hour(0, is_covered=False)]) == "█·"
    assert sparkline([hour(0), hour(0)]) == "▁▁"
    assert sparkline([]) == ""


def test_stacked_bar_shows_every_part():
    assert stacked(sentiment_shares(10, 5, 5)) == "█" * 10 + "▒" * 5 + "░" * 5
    assert set(stacked(sentiment_shares(998, 1, 1, 1))) == set("█▒░·")
    assert stacked(sentiment_shares(0, 0, 0)) == ""
