"""The reliability diagram: every bin at its position, with text alternatives."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest
from resvg_py import svg_to_bytes

from templates.contexts.reliability import Reliability
from templates.render import render
from tests.templates.example_pages import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
LEFT, TOP, WIDTH, HEIGHT = 72, 92, 616, 308  # of the plot, in the template


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A bin as in nlp.metrics."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


BINS = (
    Bin(low=0.0, high=0.2, count=0, confidence=0.0, right=0.0),
    Bin(low=0.2, high=0.6, count=10, confidence=0.5, right=0.25),
    Bin(low=0.6, high=1.0, count=40, confidence=0.9, right=1.0),
)
BEFORE = (Bin(low=0.6, high=1.0, count=50, confidence=0.75, right=0.5),)


def diagram(**changes):
    """Return the diagram as XML."""
    fields = {"task": "sentiment", "model": "words", "rows": 50, "bins": BINS, "before": BEFORE}
    fields |= {"error": 0.1234, "error_before": 0.25, **changes}
    return ET.fromstring(render("charts/reliability.svg.j2", Reliability(**fields)))


def numbers(element, *names):
    return [float(element.get(name)) for name in names]


def test_bin_has_the_height_of_its_accuracy_at_its_confidence():
    groups = diagram().findall(f"{SVG}g")
    assert len(groups) == 2  # an empty bin is not drawn
    x, y, width, height = numbers(groups[0].find(f"{SVG}rect"), "x", "y", "width", "height")
    assert LEFT + 0.2 * WIDTH < x < x + width < LEFT + 0.6 * WIDTH
    assert (height, y + height) == (pytest.approx(0.25 * HEIGHT), pytest.approx(TOP + HEIGHT))


def test_counts_are_relative_to_the_fullest_bin():
    few, many = (g.findall(f"{SVG}rect")[1] for g in diagram().findall(f"{SVG}g"))
    (low,), (high,) = numbers(few, "height"), numbers(many, "height")
    assert high == 4 * low


def test_bin_before_calibration_is_a_circle():
    legend, mark = diagram().findall(f"{SVG}circle")
    assert numbers(mark, "cx", "cy") == [LEFT + 0.75 * WIDTH, TOP + 0.5 * HEIGHT]
    assert float(legend.get("cy")) < TOP


def test_diagram_without_earlier_bins_does_not_mention_them():
    picture = diagram(before=(), error_before=None)
    assert picture.findall(f"{SVG}circle") == []
    assert "before" not in "".join(picture.itertext())


def test_diagram_has_a_text_alternative():
    text = " ".join(diagram().itertext())
    assert "calibration error 0.123" in text
    assert "0.250 before calibration" in text
    assert "Confidence 20% to 60%: predictions 10, mean confidence 0.500, accuracy 0.250" in text


def test_diagram_has_no_active_content():
    context = Reliability(
        task=HOSTILE, model=HOSTILE, rows=1, bins=BINS, before=(), error=0.0, error_before=None
    )
    svg = render("charts/reliability.svg.j2", context)
    assert {element.tag for element in ET.fromstring(svg).iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "text", "rect", "line", "g")
    }
    assert bytes(svg_to_bytes(svg_string=svg)).startswith(b"\x89PNG")


def test_diagram_without_predictions_has_no_bins():
    empty = tuple(Bin(low=b.low, high=b.high, count=0, confidence=0, right=0) for b in BINS)
    assert diagram(bins=empty, before=()).findall(f"{SVG}g") == []
