"""Open drift alarms as rows for status, pages and emails, with the incidents of their time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.drift import drift
from alerts.drift.drift import MAX_ALARM
from store import counts
from store.alerts import drift as drift_rows
from store.alerts import incidents
from store.crawl import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """A source whose scores have shifted."""

    source: str
    model: str
    since: datetime  # estimated start of the shift
    mean: float  # polarity of its newest posts, -1 to 1
    reference: float  # polarity that its days before let expect
    posts: int  # number of these newest posts
    incidents: tuple[str, ...]  # names of the crises since then: they may be the cause


def open_alarms(tx: Connection, *, now: datetime) -> list[DriftReport]:
    """Return the alarms of the active sources and the newest model, by source."""
    return list(_reports(tx, now))


def drift_keys(report: DriftReport) -> dict[str, Any]:
    """Return *report* as a row of the JSON ``drift``."""
    return {
        "source": report.source,
        "model": report.model,
        "since": report.since,
        "mean": report.mean,
        "reference": report.reference,
        "posts": report.posts,
        "incidents": list(report.incidents),
    }


def _reports(tx: Connection, now: datetime) -> Iterator[DriftReport]:
    rows = drift_rows.rows_of_model(tx, counts.latest_model(tx), with_alarm=True)
    active_slugs = {source.slug for source in sources.active(tx)} if rows else set()
    for row in rows.values():
        alarm = drift.from_json(row.state, row.learnt_to).alarm
        if alarm is None or row.source not in active_slugs or now - alarm.detected > MAX_ALARM:
            continue
        crises = incidents.overlapping(tx, since=alarm.since, until=now)
        yield DriftReport(
            source=row.source,
            model=row.model,
            since=alarm.since,
            mean=alarm.mean,
            reference=alarm.reference,
            posts=alarm.posts,
            incidents=tuple(sorted(incident.name for incident in crises)),
        )
