"""What a demo came to, compared with the truth: the JSON of `harken demo --check`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from console.serializers import incident_row
from core.identity import mention_id
from core.incident import Incident, Kind
from demo.corpus_model import Line, Onset
from demo.ground_truth import expected, matcher, published, visible_text
from demo.session import Play
from store import counts, mentions
from store.alerts import incidents, outbox
from store.crawl import runs
from store.crawl.runs import Traffic
from store.database import Record

FURTHEST_S: Final = 7200  # an onset further off is a missed incident
PAGES: Final = (
    *("/", "/incidents", "/sources", "/inbox", "/status"),
    *("/search.json", "/incidents.json", "/sources.json", "/inbox.json", "/status.json"),
    *("/healthz", "/readyz", "/metrics"),
)
OK: Final = 200


@dataclass
class Seen:
    """What was observed on the way."""

    ready_s: float | None = None
    whole_at: datetime | None = None  # all sources were crawled once more after this moment
    scored_per_s: float | None = None
    silences: list[Mapping[str, Any]] = field(default_factory=list)
    calm: bool | None = None
    failures: list[str] = field(default_factory=list)


def verdict(play: Play, record: Record, seen: Seen, *, total_s: float) -> dict[str, Any]:
    """The keys of the contract; `failures` are those of *seen* and all that is found here."""
    with record.read() as tx:
        found = incidents.everything(tx, kind=Kind.CRISIS)
        result: dict[str, Any] = {
            "seconds": {"ready": seen.ready_s, "total": total_s},
            "corpus": _corpus(play),
            "crawl": _crawl(tx, play),
            "truth": {"incidents": [asdict(onset) for onset in true_incidents(play)]},
            "recall": _recall(play, tx, seen.whole_at or play.clock.now()),
            "doubled": _doubled(play, tx),
            "score": _score(tx, seen),
            "incidents": [incident_row(i) for i in found],
            "onset_error_s": onset_error(play, found),
            "page_s": [_page_s(tx, i) for i in reversed(found)],
        }
    result |= {"mails": _mails(play), "pages": _pages(play, found)}
    result |= {"silences": seen.silences, "calm": seen.calm}
    result["failures"] = [*seen.failures, *_failures(play, found, result)]
    return result


def _mails(play: Play) -> list[dict[str, str]]:
    return [
        {"kind": a.kind, "message_id": a.message_id, "eml": str(a.eml)} for a in play.inbox.arrivals
    ]


def _pages(play: Play, found: Sequence[Incident]) -> dict[str, int]:
    own = [f"/incidents/{i.id}{end}" for i in found for end in ("", ".json")]
    return {path: play.get(path)[0] for path in (*PAGES, *own)}


def true_incidents(play: Play) -> list[Onset]:
    """The truth, as far as the demo has come."""
    far = (play.clock.now() - play.started).total_seconds()
    return [onset for onset in play.corpus.incidents if onset.onset_s <= far]


def onset_error(play: Play, found: Sequence[Incident]) -> float | None:
    """The largest distance, in seconds, between a true onset and the incident that tells of it."""
    if not true_incidents(play):
        return None
    errors = [_nearest_s(play, onset, found) for onset in true_incidents(play)]
    known = [error for error in errors if error is not None]
    return max(known) if known else None


def _nearest_s(play: Play, onset: Onset, found: Sequence[Incident]) -> float | None:
    truth = play.started + timedelta(seconds=onset.onset_s)
    own = [i for i in found if i.watch == onset.watch]
    return min((abs((i.onset - truth).total_seconds()) for i in own), default=None)


def _corpus(play: Play) -> dict[str, Any]:
    lines = published(play.corpus, play.started, play.clock.now())
    return {
        "mentions": len(lines),
        "languages": dict(Counter(line.language or "unknown" for line in lines)),
        "distinct_texts": len({line.text for line in lines}),
    }


def _crawl(tx: Connection, play: Play) -> dict[str, Any]:
    total = Counter[str]()
    dropped = Counter[str]()
    for traffic in runs.traffic(tx).values():
        total.update({n: getattr(traffic, n) for n in _SUMMED})
        dropped.update(traffic.dropped)
    log = play.plan.folder / "access.jsonl"
    refused = sum('"status": 429' in line for line in log.open()) if log.exists() else 0
    return {**total, "dropped": dict(dropped), "pages_429": refused}


_SUMMED: Final = tuple(n for n in Traffic.__dataclass_fields__ if n != "dropped")


def _recall(play: Play, tx: Connection, at: datetime) -> float:
    """The share of what an honest crawl had to find by *at* that stands in the record."""
    match = matcher(play.corpus)
    wanted = {
        mention_id(uri)
        for uri, line in _published(play, at).items()
        if match(visible_text(line.text))
    }
    known = set(mentions.uris(tx).values())
    return len(wanted & known) / len(wanted) if wanted else 1.0


def _doubled(play: Play, tx: Connection) -> int:
    """Rows beyond one for each published line: strange uris, and ids that are not made of them."""
    real = _published(play, play.clock.now()).keys()
    return sum(uri not in real or mention_id(uri) != i for uri, i in mentions.uris(tx).items())


def _published(play: Play, at: datetime) -> Mapping[str, Line]:
    return expected(play.corpus, play.started, play.site_url, at)


def _score(tx: Connection, seen: Seen) -> dict[str, Any]:
    said = counts.model(tx)
    return {
        "model": said,
        "base_sha256": counts.encoder(tx),
        "per_second": seen.scored_per_s,
        "by_analysis": counts.by_analysis(tx),
    }


def _page_s(tx: Connection, incident: Incident) -> float | None:
    """From the first sight of the mention that tipped it to the 250 of the first brief."""
    told = incidents.events(tx, incident.id)
    tipped = told[0]["facts"].get("tipped") if told else None
    first = mentions.get(tx, [tipped])[0].first_seen if tipped else None
    sent = min((r.sent for r in outbox.of_incident(tx, incident.id) if r.sent), default=None)
    return (sent - first).total_seconds() if sent and first else None


def _failures(play: Play, found: Sequence[Incident], result: Mapping[str, Any]) -> Iterator[str]:
    yield from _missed(play, found)
    if result["recall"] < 1:
        yield f"recall is {result['recall']:.4f}, expected 1"
    if result["doubled"]:
        yield f"duplicate or unexpected rows: {result['doubled']}"
    for path, status in result["pages"].items():
        if status != OK:
            yield f"page {path} returned {status}"
    yield from _missing_mails(play, found)


def _missed(play: Play, found: Sequence[Incident]) -> Iterator[str]:
    truth = true_incidents(play)
    for onset in truth:
        off = _nearest_s(play, onset, found)
        if off is None:
            yield f"the crisis of {onset.watch} at {onset.onset_s} s was missed"
        elif off > FURTHEST_S:
            yield f"the onset of {onset.watch} is {off:.0f} s off"
    left = Counter(i.watch for i in found)
    left.subtract(o.watch for o in truth)
    for watch, surplus in left.items():
        if surplus > 0:
            yield f"false incidents of {watch}: {surplus}"


def _missing_mails(play: Play, found: Sequence[Incident]) -> Iterator[str]:
    came = {a.message_id for a in play.inbox.arrivals}
    for incident in found:
        if not any(m.startswith(f"<inc-{incident.id}.") for m in came):
            yield f"no brief for incident {incident.id} was received"
    if not any(a.kind == "digest" for a in play.inbox.arrivals):
        yield "no digest was received"
