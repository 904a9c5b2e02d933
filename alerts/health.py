"""How Harken itself fares: what is heard, what went silent, whether calm can be claimed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from core.coverage import Coverage, Outage, SourceProblem
from store import changes, counts, processes
from store.alerts import incidents, outbox
from store.analysis import queue, rescoring
from store.crawl import sources
from store.crawl.sources import SourceRow
from store.processes import Process

STALE: Final = timedelta(seconds=20)  # four beats: a process that says nothing for so long hangs
STARTING: Final = timedelta(minutes=2)  # to load a model on a busy machine
BACKLOG: Final = timedelta(minutes=10)  # a mention that waits longer is not being scored
LATE: Final = 3  # intervals without a good crawl
MARGIN: Final = timedelta(seconds=60)  # beside the intervals: a crawl takes time
MOST_BEHIND: Final = 100_000  # more is not counted
UNHEARD: Final = ("late", "silent", "forbidden", "broken", "gap")  # states of a source
_ROLES: Final = {"run": "scheduler", "analyse": "scorer", "index": "index", "smtp": "smtp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The state of the house at one moment."""

    coverage: Coverage
    silences: tuple[Outage, ...]
    calm: bool | None  # None while something is silent or nothing is heard; else: none is open
    processes: tuple[Process, ...]


def condition(tx: Connection, *, now: datetime) -> Condition:
    """Look at everything that could be silent."""
    rows = sources.active(tx)
    running = processes.everyone(tx)
    silences = (*_source_silences(rows, now), *_process_silences(running, now), *_backlog(tx, now))
    coverage = _coverage(rows, now)
    return Condition(
        coverage=coverage,
        silences=silences,
        calm=None if silences or not coverage.heard else not incidents.unresolved(tx),
        processes=tuple(running),
    )


def report(tx: Connection, known: Condition) -> dict[str, Any]:
    """The keys of the contract's ``status``, but for the index."""
    return {
        "mentions": counts.by_analysis(tx),
        "models": rescoring.by_model(tx),
        "replay": _replay(tx),
        "outbox": outbox.tally(tx),
        "coverage": coverage_keys(known.coverage),
        "silences": [silence_keys(s) for s in known.silences],
        "calm": known.calm,
        "processes": [
            {"name": p.name, "pid": p.pid, "state": p.state, "since": p.started, "beat": p.beat}
            for p in known.processes
        ],
    }


def _replay(tx: Connection) -> dict[str, Any] | None:
    """What a replay has still to read: it stands judged, so it is no backlog and no silence."""
    model = rescoring.running(tx)
    return None if model is None else {"model": model, "waiting": rescoring.waiting(tx, model)}


def coverage_keys(coverage: Coverage) -> dict[str, Any]:
    """The contract's ``coverage``."""
    named = {s: [u.name for u in coverage.unheard if u.state == s] for s in UNHEARD}
    return {"sources": coverage.sources, "heard": coverage.heard, **named}


def silence_keys(silence: Outage) -> dict[str, Any]:
    """A row of the contract's ``silences``."""
    return {n: getattr(silence, n) for n in ("what", "name", "since", "reason")}


def unheard(source: SourceRow, *, now: datetime) -> SourceProblem | None:
    """Why *source* is not heard as it should be; None if it is."""
    state = _state(source, now)
    if state is None:
        return None
    reason = source.reason or ""
    return SourceProblem(name=source.slug, state=state, since=_since(source), reason=reason)


def _state(source: SourceRow, now: datetime) -> str | None:
    if source.state == "forbidden":
        return "forbidden"
    if source.state == "new" or source.first_ok is None:
        return "broken" if source.failures else "late"
    if source.state != "ok" and source.failures > 1:
        return "silent"
    return "late" if _is_overdue(source, now) else None


def _is_overdue(source: SourceRow, now: datetime) -> bool:
    patience = LATE * timedelta(seconds=source.interval_s) + MARGIN
    return source.last_ok is None or now - source.last_ok > patience


def _since(source: SourceRow) -> datetime:
    """Since when it is not heard: the last good crawl of one that nobody has crawled since."""
    return (source.last_ok or source.since) if source.state == "ok" else source.since


def _coverage(rows: list[SourceRow], now: datetime) -> Coverage:
    missing = tuple(u for u in (unheard(s, now=now) for s in rows) if u is not None)
    return Coverage(sources=len(rows), heard=len(rows) - len(missing), unheard=missing)


def _source_silences(rows: list[SourceRow], now: datetime) -> Iterator[Outage]:
    for source in rows:
        if source.first_ok is not None and _state(source, now) in ("silent", "late", "forbidden"):
            reason = source.reason or "no response"
            yield Outage(what="source", name=source.slug, since=_since(source), reason=reason)


def _process_silences(running: list[Process], now: datetime) -> Iterator[Outage]:
    for process in running:
        what = _ROLES.get(process.role)
        if what is None:
            continue
        if process.state == "failing":
            reason = process.reason or "stopped"
            yield Outage(what=what, name=process.name, since=process.beat, reason=reason)
        elif now - process.beat > (STARTING if process.state == "starting" else STALE):
            yield Outage(what=what, name=process.name, since=process.beat, reason="not responding")


def _backlog(tx: Connection, now: datetime) -> Iterator[Outage]:
    waiting, oldest = queue.backlog(tx)
    if oldest is not None and now - oldest > BACKLOG:
        reason = f"mentions waiting to be scored: {waiting}"
        yield Outage(what="scorer", name="backlog", since=oldest, reason=reason)


def index_keys(tx: Connection, engine: str, follower: str) -> dict[str, Any]:
    """The contract's ``index``: which engine, how many mentions it was told of, how far behind."""
    last, at = changes.last(tx), changes.position(tx, follower)
    behind = len(changes.after(tx, at, MOST_BEHIND)) if at < last else 0
    return {"engine": engine, "docs": counts.total(tx) - behind, "lag": behind}
