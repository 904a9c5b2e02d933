"""Geometry of a chart, in shares of its plot, for the console and for emails.

Shares run from 0 to 1; x from the left, y from the top. Pure: no markup, no colours, no pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10
from typing import Final

from core.observation import SentimentCounts
from templates.charts.ticks import Tick, time_ticks

TONES: Final = ("negative", "neutral", "positive", "unscored")  # stacked from the bottom up
HEADROOM: Final = 0.1  # of the plot: free space above the highest bar for the labels of bands
GRID_LINES: Final = 4  # approximate number of grid lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The mentions of [start, end) by sentiment."""

    start: datetime
    end: datetime
    counts: SentimentCounts
    usual: float | None = None  # usual number of mentions; None: no history yet
    is_covered: bool = True  # False: no source was crawled, so 0 means unknown
    href: str = ""  # link target of the bar in the console

    @property
    def total(self) -> int:
        """The number of mentions, scored or not."""
        return self.counts.total


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInterval:
    """A time interval to be shaded and labelled; without an ``end`` it still lasts."""

    label: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSegment:
    """The part of one tone in a column."""

    tone: str
    top: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A bar with its position; ``usual`` is the y of the dashed line."""

    bar: Bar
    left: float
    width: float
    segments: tuple[BarSegment, ...]
    usual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """An interval with its position."""

    label: str
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A grid line and its label."""

    top: float
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A complete chart, ready to be drawn."""

    columns: tuple[Column, ...]
    grid_lines: tuple[GridLine, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]

    def total(self, tone: str) -> int:
        """Return the number of mentions of *tone*, one of ``TONES``."""
        return sum(getattr(column.bar.counts, tone) for column in self.columns)

    @property
    def has_usual(self) -> bool:
        """True if any bar has a usual level."""
        return any(column.usual is not None for column in self.columns)

    @property
    def tones(self) -> tuple[str, ...]:
        """The tones of the legend: ``unscored`` only if there are such mentions."""
        return tuple(t for t in TONES if t != "unscored" or self.total(t))


def plot(bars: Sequence[Bar], *, zone: str, intervals: Sequence[NamedInterval] = ()) -> Plot:
    """Lay out *bars* (oldest first, without gaps between them); *zone* determines the ticks.

    Raises:
        ValueError: there are no bars.
    """
    if not bars:
        raise ValueError("a chart needs at least one bar")
    start, end = bars[0].start, bars[-1].end
    step, top = scale(max(max(bar.total, bar.usual or 0) for bar in bars))
    scale_max = top / (1 - HEADROOM)
    return Plot(
        columns=tuple(_column(bar, start, end, scale_max) for bar in bars),
        grid_lines=tuple(
            GridLine(top=1 - value / scale_max, value=value) for value in range(0, top + 1, step)
        ),
        ticks=time_ticks(start, end, zone),
        bands=tuple(_bands(intervals, start, end)),
    )


def scale(peak: float) -> tuple[int, int]:
    """Return (step, top) of a y axis for values up to *peak*; *step* is 1, 2 or 5 times 10^n."""
    rough = max(1.0, peak / GRID_LINES)
    power = 10 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    return step, step * max(1, ceil(peak / step))


def bucket_width(span: timedelta) -> timedelta:
    """Return the width that divides *span* into at most 60 bars (24 or more for 2 h and longer)."""
    minutes = span.total_seconds() / 60
    widths = (5, 15, 30, 60, 180, 360, 720, 1440, 10080)
    return timedelta(minutes=next((w for w in widths if minutes / w <= 60), widths[-1]))  # noqa: PLR2004


def _column(bar: Bar, start: datetime, end: datetime, scale_max: float) -> Column:
    duration = end - start
    return Column(
        bar=bar,
        left=(bar.start - start) / duration,
        width=(bar.end - bar.start) / duration,
        segments=tuple(_segments(bar, scale_max)),
        usual=None if bar.usual is None else 1 - bar.usual / scale_max,
    )


def _segments(bar: Bar, scale_max: float) -> Iterator[BarSegment]:
    bottom = 1.0
    for tone in TONES:
        height = getattr(bar.counts, tone) / scale_max
        bottom -= height
        if height:
            yield BarSegment(tone=tone, top=bottom, height=height)


def _bands(intervals: Sequence[NamedInterval], start: datetime, end: datetime) -> Iterator[Band]:
    for interval in intervals:
        band_start, band_end = max(interval.start, start), min(interval.end or end, end)
        if band_start < band_end:
            duration = end - start
            yield Band(
                label=interval.label,
                left=(band_start - start) / duration,
                width=(band_end - band_start) / duration,
            )
