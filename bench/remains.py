"""The results of a run of `make faults`, and their comparison with those of an unkilled run."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bench.report import print_progress
from core.incident import IncidentKind
from core.mention import Mention
from demo.session import DemoSession
from store import mentions
from store.alerts import incidents
from store.database import Database

ROUNDING: Final = 0.1  # bf16: the polarity of a text depends slightly on its padding
_REVISION: Final = re.compile(r"\.r\d+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """The results of a run that must not depend on kills."""

    mentions: Mapping[str, tuple[Any, ...]]  # by uri, published before the start
    polarity: Mapping[str, float | None]  # likewise
    indexed_uris: frozenset[str]  # uris
    incidents: Counter[str]  # crises by watch
    emails: Counter[tuple[str, str]]  # Message-ID and kind
    watch_by_message_prefix: Mapping[str, str]  # prefix of Message-IDs on a crisis -> its watch


@dataclass
class KillFigures:
    """The figures of `out/faults.json`."""

    kills: int = 0
    losses: int = 0
    duplicates: int = 0
    repeats: int = 0
    restarts_s: list[float] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def read_remains(session: DemoSession) -> Remains:
    """Return the results of *session* from its database, index and inbox."""
    database = Database(f"sqlite:///{session.options.folder / 'state' / 'record.db'}")
    with database.read() as tx:
        past_mentions = _past_mentions(tx, session.started_at)
        crises = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
    # Without the port of the site, which differs.
    uris = {m.id: m.uri.replace(session.site_url, "") for m in past_mentions}
    return Remains(
        mentions={uris[m.id]: _key_fields(m) for m in past_mentions},
        polarity={uris[m.id]: _polarity(m) for m in past_mentions},
        indexed_uris=frozenset(uris[i] for i in uris.keys() & _indexed_ids(session)),
        incidents=Counter(i.watch for i in crises),
        emails=Counter((a.message_id, a.kind) for a in session.smtp_sink.mails),
        watch_by_message_prefix={f"<inc-{i.id}@": i.watch for i in crises},
    )


def _past_mentions(tx: Connection, start: datetime) -> list[Mention]:
    return [mention for mention in mentions.all_mentions(tx) if mention.sorted_at <= start]


def _key_fields(mention: Mention) -> tuple[Any, ...]:
    return (mention.text_sha256, mention.revision, mention.watches, mention.analysis)


def _polarity(mention: Mention) -> float | None:
    return mention.verdict.polarity if mention.verdict else None


def _differs(first: float | None, second: float | None) -> bool:
    """Return whether two polarities of one text differ by more than the effect of its batch."""
    return (first is None) != (second is None) or abs((first or 0) - (second or 0)) > ROUNDING


def _indexed_ids(session: DemoSession) -> set[str]:
    from indexer.engines.tantivy.index import TantivyIndex

    with TantivyIndex(session.options.folder / "state" / "index", writer=False) as index:
        index.setup()
        return set(index.ids())


def compare(reference: Remains, remains: Remains, figures: KillFigures, seed: int) -> None:
    """Add the losses, duplicates and repeats of *remains*, and a row for *seed*, to *figures*."""
    lost_uris = [u for u, fields in reference.mentions.items() if remains.mentions.get(u) != fields]
    lost_uris += [u for u, p in reference.polarity.items() if _differs(p, remains.polarity.get(u))]
    extra_uris = [u for u in remains.mentions if u not in reference.mentions]
    missing_in_index = set(reference.mentions) - remains.indexed_uris
    missing = reference.incidents - remains.incidents
    surplus = remains.incidents - reference.incidents
    missing_subjects = sorted(_subjects(reference) - _subjects(remains))
    # Digests only: the briefs of an incident may have other revisions.
    extra_digests = _digests(remains) - _digests(reference)
    figures.losses += (
        len(lost_uris) + len(missing_in_index) + missing.total() + len(missing_subjects)
    )
    figures.duplicates += len(extra_uris) + surplus.total() + len(extra_digests)
    figures.repeats += sum(n - 1 for n in remains.emails.values())
    differences = {
        "lost": lost_uris[:5],
        "strange": extra_uris[:5],
        "unindexed": len(missing_in_index),
        "missing": dict(missing),
        "surplus": dict(surplus),
        "silent": missing_subjects,
        "unasked": sorted(extra_digests),
    }
    ok = not any(differences.values())
    if not ok:
        print_progress(f"seed {seed}: {differences}")
    demand = "database, index and inbox as in an unkilled run"
    figures.rows.append({"row": f"seed {seed}", "demand": demand, "seen": differences, "ok": ok})


def _subjects(remains: Remains) -> set[str]:
    """Return the subjects of the emails: each digest, and the watches with a brief on a crisis.

    All revisions on a crisis are one subject. Its number varies: a notice may take an earlier one.
    """
    return {
        _subject(message_id, remains.watch_by_message_prefix) for message_id, _ in remains.emails
    }


def _subject(message_id: str, about: Mapping[str, str]) -> str:
    thread = _REVISION.sub("@", message_id)
    return about.get(thread.partition("@")[0] + "@", thread)


def _digests(remains: Remains) -> set[str]:
    return {message_id for message_id, kind in remains.emails if kind == "digest"}
