"""The result of a demo, compared with the truth: the JSON of `harken demo --check`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from console.serializers import incident_row
from core.identity import mention_id
from core.incident import Incident, IncidentKind
from demo.corpus_model import Line, Onset
from demo.ground_truth import expected_lines, matcher, published_lines, visible_text
from demo.session import DemoSession
from store import counts, mentions
from store.alerts import incidents, outbox
from store.crawl import runs
from store.crawl.runs import RunTotals
from store.database import Database

MAX_ONSET_ERROR_S: Final = 7200  # an incident with a larger error counts as missed
PAGES: Final = (
    *("/", "/incidents", "/sources", "/inbox", "/status"),
    *("/search.json", "/incidents.json", "/sources.json", "/inbox.json", "/status.json"),
    *("/healthz", "/readyz", "/metrics"),
)
OK: Final = 200


@dataclass
class DemoObservations:
    """Observations that are made while a demo runs."""

    ready_s: float | None = None
    recrawled_at: datetime | None = None  # after this time all sources were crawled again
    scored_per_s: float | None = None
    silences: list[Mapping[str, Any]] = field(default_factory=list)
    calm: bool | None = None
    failures: list[str] = field(default_factory=list)


def check_report(
    session: DemoSession, database: Database, observations: DemoObservations, *, total_s: float
) -> dict[str, Any]:
    """Return the keys of docs/json.md.

    `failures` lists those in *observations* first, then those found here.
    """
    with database.read() as tx:
        crises = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
        result: dict[str, Any] = {
            "seconds": {"ready": observations.ready_s, "total": total_s},
            "corpus": _corpus(session),
            "crawl": _crawl(tx, session),
            "truth": {"incidents": [asdict(onset) for onset in true_incidents(session)]},
            "recall": _recall(session, tx, observations.recrawled_at or session.clock.now()),
            "doubled": _surplus_rows(session, tx),
            "score": _score(tx, observations),
            "incidents": [incident_row(i) for i in crises],
            "onset_error_s": onset_error(session, crises),
            "page_s": [_page_s(tx, i) for i in reversed(crises)],
        }
    result |= {"mails": _mails(session), "pages": _pages(session, crises)}
    result |= {"silences": observations.silences, "calm": observations.calm}
    result["failures"] = [*observations.failures, *_failures(session, crises, result)]
    return result


def _mails(session: DemoSession) -> list[dict[str, str]]:
    return [
        {"kind": a.kind, "message_id": a.message_id, "eml": str(a.eml)}
        for a in session.smtp_sink.mails
    ]


def _pages(session: DemoSession, crises: Sequence[Incident]) -> dict[str, int]:
    incident_paths = [f"/incidents/{i.id}{end}" for i in crises for end in ("", ".json")]
    return {path: session.get(path)[0] for path in (*PAGES, *incident_paths)}


def true_incidents(session: DemoSession) -> list[Onset]:
    """Return the true incidents that have begun by now."""
    elapsed_s = (session.clock.now() - session.started_at).total_seconds()
    return [onset for onset in session.corpus.incidents if onset.onset_s <= elapsed_s]


def onset_error(session: DemoSession, crises: Sequence[Incident]) -> float | None:
    """Return the largest distance in seconds between a true onset and the nearest incident.

    None: no true incident has begun, or none was detected.
    """
    if not true_incidents(session):
        return None
    errors = [_nearest_s(session, onset, crises) for onset in true_incidents(session)]
    known_errors = [error for error in errors if error is not None]
    return max(known_errors) if known_errors else None


def _nearest_s(session: DemoSession, onset: Onset, crises: Sequence[Incident]) -> float | None:
    true_onset = session.started_at + timedelta(seconds=onset.onset_s)
    candidates = [i for i in crises if i.watch == onset.watch]
    return min((abs((i.onset - true_onset).total_seconds()) for i in candidates), default=None)


def _corpus(session: DemoSession) -> dict[str, Any]:
    lines = published_lines(session.corpus, session.started_at, session.clock.now())
    return {
        "mentions": len(lines),
        "languages": dict(Counter(line.language or "unknown" for line in lines)),
        "distinct_texts": len({line.text for line in lines}),
    }


def _crawl(tx: Connection, session: DemoSession) -> dict[str, Any]:
    total = Counter[str]()
    drop_counts = Counter[str]()
    for traffic in runs.totals(tx).values():
        total.update({n: getattr(traffic, n) for n in _SUM_FIELDS})
        drop_counts.update(traffic.dropped)
    log = session.options.folder / "access.jsonl"
    refusal_count = sum('"status": 429' in line for line in log.open()) if log.exists() else 0
    return {**total, "dropped": dict(drop_counts), "pages_429": refusal_count}


_SUM_FIELDS: Final = tuple(n for n in RunTotals.__dataclass_fields__ if n != "dropped")


def _recall(session: DemoSession, tx: Connection, at: datetime) -> float:
    """Return the share of the mentions expected by *at* that is in the database."""
    match = matcher(session.corpus)
    expected_ids = {
        mention_id(uri)
        for uri, line in _expected_lines(session, at).items()
        if match(visible_text(line.text))
    }
    stored_ids = set(mentions.uris(tx).values())
    return len(expected_ids & stored_ids) / len(expected_ids) if expected_ids else 1.0


def _surplus_rows(session: DemoSession, tx: Connection) -> int:
    """Return the number of rows with an unpublished uri, or with an id not derived from its uri."""
    published_uris = _expected_lines(session, session.clock.now()).keys()
    return sum(
        uri not in published_uris or mention_id(uri) != i for uri, i in mentions.uris(tx).items()
    )


def _expected_lines(session: DemoSession, at: datetime) -> Mapping[str, Line]:
    return expected_lines(session.corpus, session.started_at, session.site_url, at)


def _score(tx: Connection, observations: DemoObservations) -> dict[str, Any]:
    model_name = counts.latest_model(tx)
    return {
        "model": model_name,
        "base_sha256": counts.encoder_sha256(tx),
        "per_second": observations.scored_per_s,
        "by_analysis": counts.by_analysis_state(tx),
    }


def _page_s(tx: Connection, incident: Incident) -> float | None:
    """Return the seconds from the first sight of the tipping mention to the first sent brief."""
    events = incidents.events(tx, incident.id)
    tipping_id = events[0]["facts"].get("tipped") if events else None
    first_seen = mentions.get(tx, [tipping_id])[0].first_seen if tipping_id else None
    sent_at = min((r.sent for r in outbox.of_incident(tx, incident.id) if r.sent), default=None)
    return (sent_at - first_seen).total_seconds() if sent_at and first_seen else None


def _failures(
    session: DemoSession, crises: Sequence[Incident], result: Mapping[str, Any]
) -> Iterator[str]:
    yield from _missed_crises(session, crises)
    if result["recall"] < 1:
        yield f"recall is {result['recall']:.4f}, expected 1"
    if result["doubled"]:
        yield f"duplicate or unexpected rows: {result['doubled']}"
    for path, status in result["pages"].items():
        if status != OK:
            yield f"page {path} returned {status}"
    yield from _missing_mails(session, crises)


def _missed_crises(session: DemoSession, crises: Sequence[Incident]) -> Iterator[str]:
    truth = true_incidents(session)
    for onset in truth:
        error_s = _nearest_s(session, onset, crises)
        if error_s is None:
            yield f"the crisis of {onset.watch} at {onset.onset_s} s was missed"
        elif error_s > MAX_ONSET_ERROR_S:
            yield f"the onset of {onset.watch} is {error_s:.0f} s off"
    surpluses = Counter(i.watch for i in crises)
    surpluses.subtract(o.watch for o in truth)
    for watch, surplus in surpluses.items():
        if surplus > 0:
            yield f"false incidents of {watch}: {surplus}"


def _missing_mails(session: DemoSession, crises: Sequence[Incident]) -> Iterator[str]:
    message_ids = {a.message_id for a in session.smtp_sink.mails}
    for incident in crises:
        if not any(m.startswith(f"<inc-{incident.id}.") for m in message_ids):
            yield f"no brief for incident {incident.id} was received"
    if not any(a.kind == "digest" for a in session.smtp_sink.mails):
        yield "no digest was received"
