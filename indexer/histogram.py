"""Buckets of a histogram: days of a zone, or fixed steps; independent of an engine's calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.mention import Sentiment
from core.observation import SentimentCounts

MAX_BUCKETS: Final = 2_000  # five years of days, or twelve weeks of hours; a chart shows no more

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBucket:
    """The number of mentions published from ``start`` to the start of the next bucket."""

    start: datetime  # in the requested zone
    counts: SentimentCounts

    @property
    def total(self) -> int:
        """All mentions of the bucket."""
        return self.counts.total


def bucket_edges(
    since: datetime, until: datetime, step: timedelta, zone: ZoneInfo
) -> list[datetime]:
    """Return the edges of the buckets that cover [since, until), ascending, in *zone*.

    A step of whole days goes from midnight to midnight of the zone, 23 or 25 hours apart when
    clocks change; a shorter step is a fixed time, counted from the first midnight.

    Raises:
        ValueError: the step is no whole number of seconds or days, or gives more than MAX_BUCKETS.
    """
    _check_step(since, until, step)
    midnight = datetime.combine(since.astimezone(zone).date(), time(), zone)
    is_days = step >= DAY
    edges = [midnight if is_days else _floor_to_step(since, midnight.astimezone(UTC), step)]
    until = until.astimezone(UTC)
    while edges[-1] < until or len(edges) == 1:
        # Aware datetimes of one zone add wall-clock time; in UTC they add real time.
        next_edge = edges[-1] + step if is_days else edges[-1].astimezone(UTC) + step
        edges.append(next_edge)
    return [edge.astimezone(zone) for edge in edges]


def histogram_buckets(
    starts: Sequence[datetime], buckets: Iterable[Mapping[str, Any]]
) -> list[HistogramBucket]:
    """Return one bucket for each of *starts*, empty ones too.

    Args:
        starts: ascending.
        buckets: the result of a ``range`` aggregation by epoch seconds, in which a ``terms``
            aggregation by sentiment is named "labels"; in any order, with or without empty ones.
    """
    counts = {int(bucket["from"]): bucket for bucket in buckets}
    return [
        _histogram_bucket(start, counts.get(epoch_seconds(start), _EMPTY_BUCKET))
        for start in starts
    ]


def epoch_seconds(at: datetime) -> int:
    """Return the seconds since 1970, rounded down."""
    return int(at.timestamp() // 1)


_EMPTY_BUCKET: Final[Mapping[str, Any]] = {"doc_count": 0, "labels": {"buckets": []}}


def _histogram_bucket(start: datetime, bucket: Mapping[str, Any]) -> HistogramBucket:
    labels = {label["key"]: label["doc_count"] for label in bucket["labels"]["buckets"]}
    negative, neutral, positive = (labels.get(label, 0) for label in Sentiment)
    total = bucket["doc_count"]
    return HistogramBucket(
        start=start,
        counts=SentimentCounts(
            negative=negative,
            neutral=neutral,
            positive=positive,
            unscored=total - negative - neutral - positive,
        ),
    )


def _floor_to_step(since: datetime, midnight: datetime, step: timedelta) -> datetime:
    return midnight + (since - midnight) // step * step


def _check_step(since: datetime, until: datetime, step: timedelta) -> None:
    if step < timedelta(seconds=1) or (step % DAY if step >= DAY else step % timedelta(seconds=1)):
        raise ValueError(f"a step of {step} should be whole days, or whole seconds below a day")
    if (until - since) / step > MAX_BUCKETS:
        raise ValueError(f"a step of {step} gives more than {MAX_BUCKETS:,} bars: use a longer one")
