"""Sources: their schedule and their state."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, select, update

from store.database import upsert
from store.tables import runs, sources

_MIN_OBSERVATION_TIME: Final = timedelta(hours=2)  # a rate over less time is chance


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A stored source."""

    slug: str
    kind: str
    options: Mapping[str, Any]
    interval_s: int
    state: str  # new | ok | failed | forbidden | waiting
    since: datetime  # beginning of that state
    reason: str | None
    cursor: Mapping[str, Any]
    validators: Mapping[str, Mapping[str, str]]
    due: datetime
    failures: int  # in a row
    first_ok: datetime | None
    last_ok: datetime | None
    backfilled: datetime | None  # end of its first back-fill


def replace_from_file(
    tx: Connection,
    rows: Sequence[tuple[str, str, Mapping[str, Any], int]],
    *,
    now: datetime,
    priors: Mapping[str, Sequence[float]] = MappingProxyType({}),
) -> None:
    """Upsert (slug, kind, options, interval_s) of harken.yaml; all others become inactive.

    *priors*, by slug, are expected shares of negative, neutral and positive posts.
    """
    is_removed = (sources.c.origin == "file") & sources.c.slug.not_in([row[0] for row in rows])
    tx.execute(update(sources).where(is_removed).values(active=False))
    previous_options = {row.slug: row.options for row in tx.execute(select(sources))}
    for slug, kind, options, interval_s in rows:
        columns = {"kind": kind, "options": dict(options), "interval_s": interval_s, "active": True}
        columns |= {"prior": list(priors.get(slug, ()))}
        defaults = {
            "slug": slug,
            "origin": "file",
            "state": "new",
            "cursor": {},
            "validators": {},
            "failures": 0,
            "since": now,
            "due": now,
        }
        insert = upsert(tx, sources).values(**defaults, **columns)
        if slug in previous_options and previous_options[slug] != dict(options):
            columns |= {"due": now, "failures": 0}  # a corrected source is tried at once
        tx.execute(insert.on_conflict_do_update(index_elements=["slug"], set_=columns))


def replace_owned(tx: Connection, slugs: Collection[str]) -> bool:
    """Mark the sources of *slugs* as the brand's own, no others; return True if one changed."""
    is_owned = sources.c.slug.in_(slugs)
    statement = update(sources).where(sources.c.owned != is_owned).values(owned=is_owned)
    return bool(tx.execute(statement).rowcount)


def active(tx: Connection) -> list[SourceRecord]:
    """Return the active sources, by slug."""
    return _rows(tx, select(sources).where(sources.c.active).order_by(sources.c.slug))


def due(tx: Connection, *, now: datetime, limit: int) -> list[SourceRecord]:
    """Return up to *limit* active sources that are due, the longest overdue first."""
    query = select(sources).where(sources.c.active, sources.c.due <= now)
    return _rows(tx, query.order_by(sources.c.due, sources.c.slug).limit(limit))


def by_slug(tx: Connection, slugs: Sequence[str]) -> list[SourceRecord]:
    """Return the active sources of *slugs*, by slug."""
    query = select(sources).where(sources.c.active, sources.c.slug.in_(slugs))
    return _rows(tx, query.order_by(sources.c.slug))


def record_outcome(
    tx: Connection, slug: str, *, state: str, reason: str | None, now: datetime
) -> int:
    """Store the outcome of a run of *slug*; return its failures in a row, 0 after ok."""
    row = tx.execute(select(sources).where(sources.c.slug == slug)).one()
    is_ok = state == "ok"
    failures = 0 if is_ok else row.failures + 1
    values: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "failures": failures,
        "since": row.since if row.state == state else now,
    }
    if is_ok:
        values |= {"first_ok": row.first_ok or now, "last_ok": now}
        if row.cursor.get("backfilled") and row.backfilled is None:
            values["backfilled"] = now
    tx.execute(update(sources).where(sources.c.slug == slug).values(**values))
    return failures


def schedule(tx: Connection, slug: str, *, due: datetime) -> None:
    """Set the time of the next crawl of *slug*."""
    tx.execute(update(sources).where(sources.c.slug == slug).values(due=due))


def update_url(tx: Connection, slug: str, url: str) -> None:
    """Replace the url of a source that moved permanently (301, 308), until the next start."""
    options = tx.execute(select(sources.c.options).where(sources.c.slug == slug)).scalar_one()
    statement = update(sources).where(sources.c.slug == slug)
    tx.execute(statement.values(options={**options, "url": url}))


def mentions_per_hour(tx: Connection, *, now: datetime) -> dict[str, float]:
    """Return the new mentions per hour of each source over its last 7 days of runs.

    Runs of the first back-fill do not count. A source is left out during its back-fill, and until
    its first run after it is two hours old.
    """
    since = now - timedelta(days=7)
    query = (
        select(runs.c.source, func.sum(runs.c.new), func.min(runs.c.started))
        .join(sources, sources.c.slug == runs.c.source)
        .where(runs.c.started >= since, runs.c.started > sources.c.backfilled)
        .group_by(runs.c.source)
        .having(func.min(runs.c.started) <= now - _MIN_OBSERVATION_TIME)
    )
    hour = timedelta(hours=1)
    return {source: float(new) / ((now - first) / hour) for source, new, first in tx.execute(query)}


def backfill_completed_at(tx: Connection) -> datetime | None:
    """Return the end of the last first back-fill; None while a source has not finished its own.

    A source whose last run failed does not count.
    """
    rows = active(tx)
    pending_sources = [s for s in rows if s.backfilled is None and s.failures == 0]
    completion_times = [s.backfilled for s in rows if s.backfilled is not None]
    return None if pending_sources or not completion_times else max(completion_times)


def _rows(tx: Connection, query: Any) -> list[SourceRecord]:
    names = SourceRecord.__dataclass_fields__
    return [SourceRecord(**{n: getattr(row, n) for n in names}) for row in tx.execute(query)]
