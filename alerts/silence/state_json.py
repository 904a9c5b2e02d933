"""The state of a silence detector as JSON, as the database keeps it. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from alerts.silence.detector import SilenceDetector
from alerts.silence.rhythm import Rhythm
from alerts.silence.wait import Wait
from core.timestamps import format_utc, parse_utc

_NUMBERS: Final = (
    *("known_hours", "level_posts", "level_expected", "gap_count", "gap_hours", "gap_squares"),
    *("hour", "hour_posts", "hour_expected"),
)
_TIMES: Final = ("last_crawl", "last_arrival", "silent_since")
_WAIT: Final = ("hours", "expected", "ordinary", "quiet")


def to_json(detector: SilenceDetector) -> dict[str, Any]:
    """Return the state of *detector*; its sums are rounded to six significant digits."""
    rhythm, wait = detector.rhythm, detector.wait
    return {
        "posts": _rounded(rhythm.posts),
        "hours": _rounded(rhythm.hours),
        "wait": {name: getattr(wait, name) for name in _WAIT},
        "wait_cells": [[cell, hours] for cell, hours in wait.hours_by_cell.items()],
        **{name: getattr(detector, name) for name in _NUMBERS},
        **{name: format_utc(getattr(detector, name)) for name in _TIMES},
    }


def from_json(value: Any) -> SilenceDetector:
    """Return the detector of :func:`to_json`."""
    cells = {int(cell): float(hours) for cell, hours in value["wait_cells"]}
    times: dict[str, Any] = {name: parse_utc(value[name]) for name in _TIMES if value[name]}
    return SilenceDetector(
        rhythm=Rhythm.of(value["posts"], value["hours"]),
        wait=Wait(**value["wait"], hours_by_cell=cells),
        **{name: value[name] for name in _NUMBERS},
        **times,
    )


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
