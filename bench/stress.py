"""Detection on invented series with known crises; series and scorer are those of SHARED.

A unit is eight weeks of buckets: crises of four sizes, a sour turn, and what must not be taken for
one (campaigns, bots, launches, holidays, outages). Our detector gives X of each bucket, the scorer
counts alarms: one opens at the threshold and lasts until six quiet hours have passed.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from alerts.detection.baseline import PER_HOUR, start, view
from alerts.detection.baseline_update import learn
from alerts.detection.counts import Counts
from alerts.detection.crisis import CRISIS, news, penalty, score
from alerts.detection.seasonality import Floats, Ints, minutes_of_week
from bench.shared import shared
from core.timestamps import BUCKET

SEEDS: Final = (3, 5, 7)
THRESHOLDS: Final = (3.0, CRISIS, 4.0)
SIZES: Final = ("XL", "L", "M", "S")  # 10 to 40, 4 to 10, 2 to 4, 1.3 to 2 times the usual
_BEFORE: Final = timedelta(hours=12)  # of nothing, so that the first windows are whole
_BEGUN: Final = datetime(2026, 1, 5, tzinfo=UTC)

Unit = Mapping[str, Any]  # what stress_gen.topic makes


def stress(units: int) -> Iterator[dict[str, Any]]:
    """A row for each threshold: what was found of *units* units of each seed.

    Raises:
        ConfigError: SHARED has no benchmarks.
    """
    sys.path.insert(0, str(shared("benchmarks/alerts")))
    made = [unit for seed in SEEDS for unit in import_module("stress_gen").generate(seed, units)]
    heights = [height(unit) for unit in made]
    for threshold in THRESHOLDS:
        yield _row(import_module("stress_eval").evaluate(made, heights, threshold), threshold)


def height(unit: Unit) -> Floats:
    """X of each bucket of *unit* (buckets,), less what a young baseline must reach more."""
    counts = _counts(unit)
    first = counts.bucket(_BEGUN)
    baseline = start((None,), _BEGUN)
    found: list[Floats] = []
    for hour in range(first, len(counts.heard), PER_HOUR):
        seen = view(baseline, counts, hour, hour + PER_HOUR)
        scores = score(baseline, seen)
        found.append(scores.crisis[:, 0] - penalty(baseline.days))
        baseline = learn(baseline, counts, seen, news(scores))
    return np.concatenate(found)


def _counts(unit: Unit) -> Counts:
    """Of *unit* it is known how many authors wrote; who of them was negative is drawn."""
    authors, total = unit["authors"], np.maximum(unit["total"], 1)
    negative = np.random.default_rng(1).binomial(unit["neg"], np.clip(authors / total, 0, 1))
    voices = np.stack([np.minimum(negative, authors), authors, authors], 1)[:, :, None]
    empty = _BEFORE // BUCKET
    heard = np.concatenate([np.zeros(empty, np.bool_), ~unit["known_gap"]])
    told: Ints = np.concatenate([np.zeros((empty, *voices.shape[1:]), np.int64), voices])
    begun = _BEGUN - _BEFORE
    return Counts(
        start=begun,
        units=(None,),
        voices=told * heard[:, None, None],
        heard=heard,
        minute=minutes_of_week(begun, len(heard), ZoneInfo("UTC")),
    )


def _row(found: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    sizes: Mapping[str, Sequence[Any]] = found["rec"]
    return {
        "threshold": threshold,
        "false_alarms_a_week": round(found["fa_week"], 3),
        "precision": round(found["precision"], 2),
        "found": {s: f"{sizes[s][0]} of {sizes[s][1]}" for s in SIZES if s in sizes},
        "hours_to_find": {s: sizes[s][3] for s in SIZES if s in sizes},
        "false_alarms_by_cause": found["fa"],
    }
