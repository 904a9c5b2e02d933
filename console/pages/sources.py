"""``/sources``: everything that is listened to, and how it fares."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from alerts.health import condition, unheard
from console import responses
from console.layout import shell
from console.responses import At
from console.search.params import SearchState
from console.serializers import source_rows
from core.coverage import SourceProblem
from store.crawl import sources
from store.crawl.sources import SourceRow as Listed
from templates.contexts.console import SourceRow, SourcesPage

router = APIRouter()


@router.get("/sources")
def page(desk: At) -> Response:
    """Sources by name."""
    now = desk.now()
    with desk.record.read() as tx:
        known = condition(tx, now=now)
        around = shell(tx, "sources", now=now, known=known)
        listed, rows = sources.active(tx), source_rows(tx, now=now)
    context = SourcesPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url="/sources.json",
        coverage=known.coverage,
        sources=tuple(_lines(listed, rows, now)),
    )
    return responses.page("sources", context)


@router.get("/sources.json")
def twin(desk: At) -> Response:
    """The contract's ``source``, a row each."""
    now = desk.now()
    with desk.record.read() as tx:
        rows = source_rows(tx, now=now)
    return responses.twin("sources", {"sources": rows}, now=now)


def _lines(
    listed: Iterable[Listed], rows: Iterable[Mapping[str, Any]], now: datetime
) -> Iterator[SourceRow]:
    for source, row in zip(listed, rows, strict=True):
        missing = unheard(source, now=now)
        yield SourceRow(
            name=source.slug,
            kind=source.kind,
            state=_state(source, missing),
            since=missing.since if missing else source.since,
            reason=source.reason or "",
            interval=timedelta(seconds=source.interval_s),
            expected_per_hour=row["expected_per_hour"],
            fetched=row["fetched"],
            known=row["known"],
            edited=row["edited"],
            new=row["new"],
            dropped=sum(row["dropped"].values()),
            requests=row["requests"],
            url=SearchState(source=(source.slug,), range="all").url(),
        )


def _state(source: Listed, missing: SourceProblem | None) -> str:
    if source.first_ok is None and not source.failures:
        return "new"
    return missing.state if missing else "heard"
