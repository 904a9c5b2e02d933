"""The rows of the JSON contract, printed by query commands and by the console's JSON twins."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.health import silence_reason
from core.analysis import Explanation
from core.incident import Incident
from core.mention import Mention, MentionState, Verdict
from store.alerts.outbox import OutboxEntry
from store.crawl import runs, silences, sources
from store.crawl.runs import RunTotals
from store.crawl.sources import SourceRecord
from store.crawl.undated import undated_counts

_SOURCE = ("kind", "state", "since", "reason", "interval_s")


def mention_row(mention: Mention) -> dict[str, Any]:
    """Return the ``mention`` of docs/json.md; a deleted one has no text, entities or phrases."""
    if mention.state is MentionState.DELETED:
        mention = replace(mention, text="", entities=(), phrases=())
    row = asdict(replace(mention, verdicts=()))
    row["verdicts"] = [verdict_row(verdict) for verdict in mention.verdicts]
    row |= {"role": mention.role, "role_origin": mention.role_origin}
    return row | {"place": None if mention.place is None else asdict(mention.place)}


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict of the ``mention`` in docs/json.md: its fields and derived values."""
    property_names = ("emotion", "intents", "offensive", "ironic", "role")
    return asdict(verdict) | {name: getattr(verdict, name) for name in property_names}


def explanation_row(explanation: Explanation, text: str) -> dict[str, Any]:
    """Return the ``explanation`` of docs/json.md on *text*, whose words it marks."""
    row = asdict(explanation)
    del row["words"]
    why = [asdict(word) | {"text": text[word.start : word.end]} for word in explanation.words]
    return row | {"why": why}


def incident_row(incident: Incident) -> dict[str, Any]:
    """Return the ``incident`` of docs/json.md."""
    return asdict(incident)


def notification_row(row: OutboxEntry) -> dict[str, Any]:
    """Return an email of the outbox; ``at`` is when it was sent, or else written."""
    names = ("kind", "subject", "recipient", "message_id", "state")
    return {name: getattr(row, name) for name in names} | {"at": row.sent or row.created}


def source_rows(tx: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Return the ``source`` of docs/json.md, one row for each active source."""
    totals = runs.totals(tx)
    silent = silences.silent_sources(tx)
    rates = sources.mentions_per_hour(tx, now=now)
    undated = undated_counts(tx)
    return [
        {
            "name": source.slug,
            **_source_state(source, silent.get(source.slug)),
            "expected_per_hour": rates.get(source.slug),
            **_run_totals(totals.get(source.slug, RunTotals())),
            "undated": undated.get(source.slug, {}),
        }
        for source in sources.active(tx)
    ]


def _source_state(
    source: SourceRecord, silence: tuple[datetime, float] | None
) -> Mapping[str, Any]:
    """Return the outcome of the last crawl; of a source that brings nothing its silence instead."""
    row = {name: getattr(source, name) for name in _SOURCE}
    if silence is None or source.state != "ok":
        return row
    since, expected = silence
    return row | {
        "state": "silent",
        "since": since,
        "reason": silence_reason(since, expected),
    }


def _run_totals(total: RunTotals) -> Mapping[str, Any]:
    return asdict(total) | {"dropped": dict(total.dropped)}
