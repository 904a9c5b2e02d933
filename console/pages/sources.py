"""``/sources``: all active sources, their state and their counts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from alerts.health import source_problems, system_health
from alerts.messages.completeness import gap_messages
from console import responses
from console.layout import build_layout
from console.responses import AppContextDep
from console.search.params import SearchParams
from console.serializers import source_rows
from core.coverage import SourceProblem
from store.crawl import sources
from store.crawl.sources import SourceRecord
from templates.contexts.console import SourcesPage, SourceStatusRow
from templates.i18n import Message, msg

router = APIRouter()


@router.get("/sources")
def page(app_context: AppContextDep) -> Response:
    """Return the page of sources, sorted by name."""
    now = app_context.now()
    with app_context.database.read() as tx:
        health = system_health(tx, now=now)
        layout = build_layout(tx, "sources", now=now, health=health)
        active, rows = sources.active(tx), source_rows(tx, now=now)
        problems = source_problems(tx, active, now=now)
    context = SourcesPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url="/sources.json",
        coverage=health.coverage,
        sources=tuple(_rows(active, rows, problems)),
        gaps=tuple(gap_messages(health.coverage)),
    )
    return responses.html_response("sources", context)


@router.get("/sources.json")
def page_json(app_context: AppContextDep) -> Response:
    """Return the ``source`` of docs/json.md, one row each."""
    now = app_context.now()
    with app_context.database.read() as tx:
        rows = source_rows(tx, now=now)
    return responses.json_response("sources", {"sources": rows}, now=now)


def _rows(
    active: Iterable[SourceRecord],
    rows: Iterable[Mapping[str, Any]],
    problems: Mapping[str, SourceProblem],
) -> Iterator[SourceStatusRow]:
    for source, row in zip(active, rows, strict=True):
        problem = problems.get(source.slug)
        yield SourceStatusRow(
            name=source.slug,
            kind=source.kind,
            state=_state(source, problem),
            since=problem.since if problem else source.since,
            reason=problem.reason if problem else source.reason or "",
            interval=timedelta(seconds=source.interval_s),
            expected_per_hour=row["expected_per_hour"],
            fetched=row["fetched"],
            known=row["known"],
            edited=row["edited"],
            new=row["new"],
            dropped=sum(row["dropped"].values()),
            undated_note=_undated_message(row["undated"]),
            requests=row["requests"],
            url=SearchParams(source=(source.slug,), range="all").url(),
        )


def _undated_message(counts: Mapping[str, int]) -> Message | None:
    """Return the number of undated mentions of a source with their reasons; None without any."""
    if not counts:
        return None
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
    return msg("sources.undated", count=sum(counts.values()), reasons=reasons)


def _state(source: SourceRecord, problem: SourceProblem | None) -> str:
    if source.first_ok is None and not source.failures:
        return "new"
    if problem is None:
        return "heard"
    return "quiet" if problem.expected is not None else problem.state
