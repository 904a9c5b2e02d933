"""Shares of negative mentions of each watch, read from the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from alerts.shares.correction import (
    ChangeKind,
    ErrorMatrix,
    Estimate,
    ShareCount,
    change_kind,
    corrected_change,
    corrected_share,
)
from core.mention import Sentiment
from core.watch import Watch
from store import counts
from store.alerts import observations
from store.labels.label import LabelHead
from store.labels.labels import labelled_mentions
from store.labels.learned import fitted_ids
from store.labels.samples import ROLLING
from store.watches import active_watches

PERIOD: Final = timedelta(days=7)  # of ``harken status``, and of what a share is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchShare:
    """The share of negative mentions of one watch in [since, until), and its change."""

    watch: Watch
    since: datetime
    until: datetime
    count: ShareCount
    labels: int  # of the random sample
    corrected: Estimate | None  # None: unmeasured
    change: Estimate | None  # from the ``PERIOD`` before; None: unmeasured
    change_kind: ChangeKind


def share_rows(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Return the JSON ``shares`` of a status."""
    return [_share_row(share) for share in load_shares(tx, now=now)]


def load_shares(tx: Connection, *, now: datetime) -> list[WatchShare]:
    """Return the shares of all active watches in the ``PERIOD`` up to *now*, by slug."""
    matrix = error_matrix(tx, now=now)
    return [
        watch_share(tx, watch, matrix, since=now - PERIOD, until=now)
        for watch in active_watches(tx)
    ]


def watch_share(
    tx: Connection, watch: Watch, matrix: ErrorMatrix, *, since: datetime, until: datetime
) -> WatchShare:
    """Return the share of *watch* in [since, until), compared with the ``PERIOD`` before."""
    count = _count(tx, watch, since, until)
    change = corrected_change(count, _count(tx, watch, since - PERIOD, since), matrix)
    return WatchShare(
        watch=watch,
        since=since,
        until=until,
        count=count,
        labels=matrix.size,
        corrected=corrected_share(count, matrix),
        change=change,
        change_kind=change_kind(change),
    )


def error_matrix(tx: Connection, *, now: datetime) -> ErrorMatrix:
    """Return the errors of the newest model on the rolling random sample.

    Labels that a learned head was fitted on are left out: its errors there are too few.
    """
    model, trained_ids = counts.latest_model(tx), fitted_ids(tx, LabelHead.SENTIMENT)
    pairs = [
        (label.classes == (Sentiment.NEGATIVE,), mention.verdict.sentiment is Sentiment.NEGATIVE)
        for label, mention in labelled_mentions(tx, only_sampled=True)
        if label.head is LabelHead.SENTIMENT
        and mention.sorted_at >= now - ROLLING
        and mention.id not in trained_ids
        and mention.verdict is not None
        and mention.verdict.model == model
        and mention.verdict.sentiment is not None
    ]
    return ErrorMatrix(
        hits=pairs.count((True, True)),
        missed=pairs.count((True, False)),
        false_alarms=pairs.count((False, True)),
        other=pairs.count((False, False)),
    )


def _share_row(share: WatchShare) -> dict[str, Any]:
    """Return the ``share`` of docs/json.md."""
    corrected, change = share.corrected, share.change
    return {
        "watch": share.watch.slug,
        "since": share.since,
        "until": share.until,
        "scored": share.count.scored,
        "negative_share": share.count.share,
        "sample": share.labels,
        "corrected": corrected and corrected.value,
        "low": corrected and corrected.low,
        "high": corrected and corrected.high,
        "change": change and change.value,
        "change_low": change and change.low,
        "change_high": change and change.high,
        "verdict": share.change_kind,
    }


def _count(tx: Connection, watch: Watch, since: datetime, until: datetime) -> ShareCount:
    by_sentiment = observations.sentiment_counts(tx, watch.slug, since=since, until=until)
    return ShareCount(
        negative=by_sentiment.negative, scored=by_sentiment.total - by_sentiment.unscored
    )
