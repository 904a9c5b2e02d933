"""Detection on invented series with known crises; series and scorer are those of SHARED.

A unit is eight weeks of buckets with crises of four sizes, a negative trend, and events that are no
crisis (campaigns, bots, launches, holidays, outages). Our detector returns the crisis score X of
each bucket. The scorer counts alarms: one opens at the threshold and ends after six quiet hours.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from alerts.detection.baseline import BUCKETS_PER_HOUR, initial, score_windows
from alerts.detection.baseline_update import update_baseline
from alerts.detection.counts import Counts
from alerts.detection.crisis import CRISIS_SCORE, penalty, score, units_with_news
from alerts.detection.seasonality import Floats, Ints, minutes_of_week
from bench.shared import shared_path
from core.timestamps import BUCKET_WIDTH

SEEDS: Final = (3, 5, 7)
THRESHOLDS: Final = (3.0, CRISIS_SCORE, 4.0)
SIZES: Final = ("XL", "L", "M", "S")  # 10 to 40, 4 to 10, 2 to 4, 1.3 to 2 times the expected count
_LEAD_TIME: Final = timedelta(hours=12)  # of empty buckets, so that the first windows are complete
_START: Final = datetime(2026, 1, 5, tzinfo=UTC)

Unit = Mapping[str, Any]  # a result of stress_gen.topic


def stress(units: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each threshold: the detections in *units* units of each seed.

    Raises:
        ConfigError: SHARED has no benchmarks.
    """
    sys.path.insert(0, str(shared_path("benchmarks/alerts")))
    series = [unit for seed in SEEDS for unit in import_module("stress_gen").generate(seed, units)]
    heights = [height(unit) for unit in series]
    for threshold in THRESHOLDS:
        yield _row(import_module("stress_eval").evaluate(series, heights, threshold), threshold)


def height(unit: Unit) -> Floats:
    """Return X of each bucket of *unit* (buckets,), less the penalty of a young baseline."""
    counts = _counts(unit)
    first = counts.bucket(_START)
    baseline = initial((None,), _START)
    score_parts: list[Floats] = []
    for hour in range(first, len(counts.is_covered), BUCKETS_PER_HOUR):
        window_scores = score_windows(baseline, counts, hour, hour + BUCKETS_PER_HOUR)
        scores = score(baseline, window_scores)
        score_parts.append(scores.crisis[:, 0] - penalty(baseline.history_days))
        baseline = update_baseline(baseline, counts, window_scores, units_with_news(scores))
    return np.concatenate(score_parts)


def _counts(unit: Unit) -> Counts:
    """Return the counts of *unit*.

    The number of authors is given; the number of negative ones is drawn.
    """
    authors, total = unit["authors"], np.maximum(unit["total"], 1)
    negative = np.random.default_rng(1).binomial(unit["neg"], np.clip(authors / total, 0, 1))
    voices = np.stack([np.minimum(negative, authors), authors, authors], 1)[:, :, None]
    empty = _LEAD_TIME // BUCKET_WIDTH
    has_data = np.concatenate([np.zeros(empty, np.bool_), ~unit["known_gap"]])
    padded_voices: Ints = np.concatenate([np.zeros((empty, *voices.shape[1:]), np.int64), voices])
    start_at = _START - _LEAD_TIME
    return Counts(
        start=start_at,
        units=(None,),
        voices=padded_voices * has_data[:, None, None],
        is_covered=has_data,
        minute=minutes_of_week(start_at, len(has_data), ZoneInfo("UTC")),
    )


def _row(evaluation: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    sizes: Mapping[str, Sequence[Any]] = evaluation["rec"]
    return {
        "threshold": threshold,
        "false_alarms_a_week": round(evaluation["fa_week"], 3),
        "precision": round(evaluation["precision"], 2),
        "found": {s: f"{sizes[s][0]} of {sizes[s][1]}" for s in SIZES if s in sizes},
        "hours_to_find": {s: sizes[s][3] for s in SIZES if s in sizes},
        "false_alarms_by_cause": evaluation["fa"],
    }
