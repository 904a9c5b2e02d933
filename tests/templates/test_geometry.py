"""Charts are to scale for any data."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.observation import SentimentCounts
from templates.charts.geometry import HEADROOM, TONES, Bar, NamedInterval, bucket_width, plot, scale

START = datetime(2026, 11, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNT = st.integers(0, 5000)


def bar(number: int, *counts: int, usual: float | None = None) -> Bar:
    """Return the bar of hour *number*: negative, neutral, positive, unscored."""
    start = START + number * HOUR
    return Bar(
        start=start,
        end=start + HOUR,
        counts=SentimentCounts(**dict(zip(TONES, counts, strict=True))),
        usual=usual,
    )


@st.composite
def all_bars(draw):
    """Draw one to sixty bars."""
    rows = draw(st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=60))
    return [bar(n, *row, usual=draw(st.none() | st.floats(0, 5000))) for n, row in enumerate(rows)]


@given(all_bars())
def test_heights_are_proportional_to_counts_and_stacked(bars):
    chart_plot = plot(bars, zone="UTC")
    unit = next(
        (
            layer.height / getattr(c.bar.counts, layer.tone)
            for c in chart_plot.columns
            for layer in c.segments
        ),
        0,
    )
    for column in chart_plot.columns:
        ground = 1.0
        for layer in column.segments:
            assert layer.height == pytest.approx(getattr(column.bar.counts, layer.tone) * unit)
            assert layer.top + layer.height == pytest.approx(ground)
            ground = layer.top
        assert sum(layer.height for layer in column.segments) == pytest.approx(
            column.bar.total * unit
        )


@given(all_bars())
def test_columns_stay_inside_the_plot_below_the_labels(bars):
    chart_plot = plot(bars, zone="UTC")
    for column in chart_plot.columns:
        tops = [layer.top for layer in column.segments]
        assert min(tops, default=1) >= HEADROOM - 1e-9
        assert column.usual is None or HEADROOM - 1e-9 <= column.usual <= 1
        assert -1e-9 <= column.left <= column.left + column.width <= 1 + 1e-9


@given(all_bars())
def test_columns_are_adjacent_and_fill_the_plot(bars):
    columns = plot(bars, zone="UTC").columns
    assert sum(column.width for column in columns) == pytest.approx(1)
    for one, next_ in pairwise(columns):
        assert one.left + one.width == pytest.approx(next_.left)


@given(st.floats(0, 1e7))
def test_axis_covers_the_peak_in_few_round_steps(peak):
    step, top = scale(peak)
    assert top >= peak
    assert top % step == 0
    assert 1 <= top // step <= 5
    assert str(step).rstrip("0") in ("1", "2", "5")


@pytest.mark.parametrize(
    ("span", "width"),
    [
        (timedelta(hours=2), timedelta(minutes=5)),
        (timedelta(hours=24), timedelta(minutes=30)),
        (timedelta(hours=48), HOUR),
        (timedelta(days=7), timedelta(hours=3)),
        (timedelta(days=28), timedelta(hours=12)),
        (timedelta(days=365), timedelta(days=7)),
    ],
)
def test_buckets_are_round_and_at_most_60(span, width):
    assert bucket_width(span) == width
    assert 24 <= span / width <= 60


def test_band_is_clipped_to_the_plot_and_open_one_reaches_its_end():
    bars = [bar(n, 1, 0, 0, 0) for n in range(10)]
    spans = [
        NamedInterval(label="open", start=START + 5 * HOUR),
        NamedInterval(label="early", start=START - 5 * HOUR, end=START + HOUR),
        NamedInterval(label="gone", start=START - 5 * HOUR, end=START),
    ]
    bands = plot(bars, zone="UTC", intervals=spans).bands
    assert [(b.label, b.left, b.width) for b in bands] == [("open", 0.5, 0.5), ("early", 0, 0.1)]


def test_legend_has_unscored_only_if_there_are_any():
    assert "unscored" not in plot([bar(0, 1, 1, 1, 0)], zone="UTC").tones
    assert plot([bar(0, 1, 1, 1, 3)], zone="UTC").tones[-1] == "unscored"


def test_legend_has_the_normal_level_only_if_it_is_drawn():
    plain = bar(0, 3, 0, 0, 0)
    assert plot([plain, bar(1, 3, 0, 0, 0, usual=2.0)], zone="UTC").has_usual
    assert not plot([plain], zone="UTC").has_usual


def test_chart_without_bars_is_an_error():
    with pytest.raises(ValueError, match="at least one bar"):
        plot([], zone="UTC")
