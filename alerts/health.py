"""Health of Harken itself: coverage of the sources, outages, and the claim of calm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from alerts.drift.report import DriftReport, drift_keys, open_alarms
from core.coverage import Coverage, Outage, SourceGap, SourceProblem
from core.timestamps import format_utc
from store import changes, counts, processes, settings_status
from store.alerts import incidents, outbox
from store.analysis import queue, rescoring
from store.crawl import gaps, silences, sources
from store.crawl.sources import SourceRecord
from store.crawl.undated import undated_counts
from store.processes import ProcessStatus
from store.settings_status import SettingsStatus

STALE_AFTER: Final = timedelta(seconds=20)  # four heartbeats: a process without one so long hangs
STARTUP_TIME: Final = timedelta(minutes=2)  # to load a model on a busy machine
MAX_BACKLOG_AGE: Final = timedelta(minutes=10)  # an older pending mention means scoring has stopped
LATE_INTERVALS: Final = 3  # intervals without a successful crawl
CRAWL_MARGIN: Final = timedelta(seconds=60)  # added to the intervals: a crawl takes time
MAX_LAG: Final = 100_000  # changes; a longer lag is reported as this number
RECENT: Final = timedelta(days=1)  # gaps that ended longer ago are in no status
PROBLEM_STATES: Final = ("late", "silent", "forbidden", "broken", "gap")  # states of a source
_ROLES: Final = {
    "run": "scheduler",
    "analyse": "scorer",
    "index": "index",
    "smtp": "smtp",
    "channel": "channel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemHealth:
    """The state of all sources and processes at one moment."""

    coverage: Coverage
    outages: tuple[Outage, ...]
    calm: bool | None  # no incident is open; None (unknown): an outage, or no source is covered
    processes: tuple[ProcessStatus, ...]
    drift: tuple[DriftReport, ...] = ()  # sources whose scores have shifted; no outage


def system_health(tx: Connection, *, now: datetime) -> SystemHealth:
    """Return the health of sources, processes and the scoring backlog at *now*."""
    rows = sources.active(tx)
    problems = source_problems(tx, rows, now=now)
    process_rows = processes.all_processes(tx)
    outages = (
        *_source_outages(rows, problems),
        *_process_outages(process_rows, now),
        *_backlog(tx, now),
    )
    recent_gaps = gaps.gaps_since(tx, now - RECENT)
    coverage = _coverage(rows, problems, recent_gaps)
    return SystemHealth(
        coverage=coverage,
        outages=outages,
        calm=None if outages or not coverage.heard else not incidents.unresolved(tx),
        processes=tuple(process_rows),
        drift=tuple(open_alarms(tx, now=now)),
    )


def status_report(tx: Connection, health: SystemHealth) -> dict[str, Any]:
    """Return the JSON of ``harken status`` except ``index``; see :func:`index_keys`."""
    return {
        "mentions": counts.by_analysis_state(tx),
        "unsupported": counts.unsupported_languages(tx),
        "undated": {s: sum(by_reason.values()) for s, by_reason in undated_counts(tx).items()},
        "models": rescoring.by_model(tx),
        "replay": _replay_status(tx),
        "outbox": outbox.counts(tx),
        "coverage": coverage_keys(health.coverage),
        "silences": [outage_keys(outage) for outage in health.outages],
        "calm": health.calm,
        "processes": [
            {"name": p.name, "pid": p.pid, "state": p.state, "since": p.started, "beat": p.beat}
            for p in health.processes
        ],
        "drift": [drift_keys(report) for report in health.drift],
        "settings": settings_keys(settings_status.current_status(tx)),
    }


def settings_keys(status: SettingsStatus | None) -> dict[str, Any] | None:
    """Return the JSON ``settings`` of a status; None before the first run."""
    if status is None:
        return None
    return {
        "path": status.path,
        "applied_at": status.applied_at,
        "rejected_at": status.rejected_at,
        "problem": status.problem,
        "restart": list(status.restart),
    }


def _replay_status(tx: Connection) -> dict[str, Any] | None:
    """Return the model and number of mentions of a running rescoring; None: there is none.

    These mentions have scores already, so they are neither a backlog nor an outage.
    """
    model = rescoring.active_model(tx)
    return None if model is None else {"model": model, "waiting": rescoring.remaining(tx, model)}


def coverage_keys(coverage: Coverage) -> dict[str, Any]:
    """Return the JSON ``coverage``: counts, the names of sources by problem, and gaps."""
    names_by_state = {
        state: [problem.name for problem in coverage.unheard if problem.state == state]
        for state in PROBLEM_STATES
    }
    names_by_state["gap"] = sorted({gap.source for gap in coverage.gaps if not gap.caught_up})
    rows = [gap_keys(gap) for gap in coverage.gaps]
    counts_by_key = {"sources": coverage.sources, "heard": coverage.heard}
    return {**counts_by_key, **names_by_state, "gaps": rows}


def gap_keys(gap: SourceGap) -> dict[str, Any]:
    """Return *gap* as a row of the JSON ``coverage.gaps``; times are text, as incidents keep it."""
    return {
        "source": gap.source,
        "from": format_utc(gap.since),
        "to": format_utc(gap.until),
        "reason": gap.reason,
        "caught_up": gap.caught_up,
    }


def outage_keys(outage: Outage) -> dict[str, Any]:
    """Return *outage* as a row of the JSON ``silences``."""
    return {key: getattr(outage, key) for key in ("what", "name", "since", "reason")}


def source_problems(
    tx: Connection, rows: Sequence[SourceRecord], *, now: datetime
) -> dict[str, SourceProblem]:
    """Return the problems of *rows* at *now* by slug; a source without one is left out."""
    silent = silences.silent_sources(tx)
    candidates = (source_problem(row, silent.get(row.slug), now=now) for row in rows)
    return {problem.name: problem for problem in candidates if problem is not None}


def source_problem(
    source: SourceRecord, silence: tuple[datetime, float] | None = None, *, now: datetime
) -> SourceProblem | None:
    """Return the problem of *source* at *now*; None: it is crawled as planned and brings posts.

    *silence*: the last crawl with posts, and the number of posts expected since then.
    """
    state = _state(source, now)
    if silence is not None and state in (None, "late"):
        since, expected = silence
        reason = silence_reason(since, expected)
        return SourceProblem(
            name=source.slug, state="silent", since=since, reason=reason, expected=expected
        )
    if state is None:
        return None
    reason = source.reason or ""
    return SourceProblem(name=source.slug, state=state, since=_since(source), reason=reason)


def silence_reason(since: datetime, expected: float) -> str:
    """Return the reason of a source that answers but has brought no post since *since*."""
    posts = f"about {expected:.0f} expected"
    return f"it answers, but no new post since {since:%Y-%m-%d %H:%M} UTC ({posts})"


def _state(source: SourceRecord, now: datetime) -> str | None:
    if source.state == "forbidden":
        return "forbidden"
    if source.state == "new" or source.first_ok is None:
        return "broken" if source.failures else "late"
    if source.state != "ok" and source.failures > 1:
        return "silent"
    return "late" if _is_overdue(source, now) else None


def _is_overdue(source: SourceRecord, now: datetime) -> bool:
    limit = LATE_INTERVALS * timedelta(seconds=source.interval_s) + CRAWL_MARGIN
    return source.last_ok is None or now - source.last_ok > limit


def _since(source: SourceRecord) -> datetime:
    """Return the start of the problem: of a source that is only late, its last good crawl."""
    return (source.last_ok or source.since) if source.state == "ok" else source.since


def _coverage(
    rows: Sequence[SourceRecord],
    problems: Mapping[str, SourceProblem],
    recent_gaps: tuple[SourceGap, ...],
) -> Coverage:
    return Coverage(
        sources=len(rows),
        heard=len(rows) - len(problems),
        unheard=tuple(problems.values()),
        gaps=recent_gaps,
    )


def _source_outages(
    rows: Sequence[SourceRecord], problems: Mapping[str, SourceProblem]
) -> Iterator[Outage]:
    for source in rows:
        problem = problems.get(source.slug)
        if problem and source.first_ok is not None and problem.state != "broken":
            yield Outage(
                what="source",
                name=source.slug,
                since=problem.since or source.since,
                reason=problem.reason or "no response",
                expected=problem.expected,
            )


def _process_outages(process_rows: list[ProcessStatus], now: datetime) -> Iterator[Outage]:
    for process in process_rows:
        what = _ROLES.get(process.role)
        if what is None:
            continue
        if process.state == "failing":
            reason = process.reason or "stopped"
            yield Outage(what=what, name=process.name, since=process.beat, reason=reason)
        elif now - process.beat > (STARTUP_TIME if process.state == "starting" else STALE_AFTER):
            yield Outage(what=what, name=process.name, since=process.beat, reason="not responding")


def _backlog(tx: Connection, now: datetime) -> Iterator[Outage]:
    pending_count, oldest = queue.backlog(tx)
    if oldest is not None and now - oldest > MAX_BACKLOG_AGE:
        reason = f"mentions waiting to be scored: {pending_count}"
        yield Outage(what="scorer", name="backlog", since=oldest, reason=reason)


def index_keys(tx: Connection, engine: str, consumer: str) -> dict[str, Any]:
    """Return the JSON ``index``: engine, number of indexed mentions and lag in changes."""
    last, offset = changes.last_number(tx), changes.offset(tx, consumer)
    lag = len(changes.read_after(tx, offset, MAX_LAG)) if offset < last else 0
    return {"engine": engine, "docs": counts.total(tx) - lag, "lag": lag}
