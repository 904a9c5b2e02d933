"""``/status``: health of all parts, queues and processes."""

from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from alerts.health import SystemHealth, index_keys, status_report, system_health
from alerts.messages.completeness import drift_messages, gap_messages
from alerts.shares.messages import status_messages
from alerts.shares.watch_shares import load_shares, share_rows
from console import responses
from console.layout import build_layout
from console.responses import AppContextDep
from indexer.engines.elasticsearch.client import without_secrets
from store.processes import ProcessStatus
from templates.contexts.console import ProcessRow, StatusPage
from templates.i18n import Message

router = APIRouter()


@router.get("/status")
def page(app_context: AppContextDep) -> Response:
    """Return the status page: overall state, queues, models and processes."""
    now = app_context.now()
    with app_context.database.read() as tx:
        health = system_health(tx, now=now)
        rows = status_report(tx, health)
        index_status = index_keys(tx, without_secrets(app_context.engine), app_context.consumer)
        context = StatusPage(
            zone=app_context.zone,
            locale=app_context.locale,
            layout=build_layout(tx, "status", now=now, health=health),
            json_url="/status.json",
            calm=health.calm,
            coverage=health.coverage,
            gaps=tuple(gap_messages(health.coverage)),
            mentions=rows["mentions"],
            unsupported=rows["unsupported"],
            models=rows["models"],
            replay=rows["replay"],
            outbox=rows["outbox"],
            shares=tuple(_share_sentences(tx, now)),
            drift=tuple(drift_messages(health.drift)),
            engine=index_status["engine"],
            documents=index_status["docs"],
            lag=index_status["lag"],
            has_mail_server=app_context.has_mail_server,
            processes=tuple(
                ProcessRow(name=p.name, state=_state(p, health), since=p.started, beat=p.beat)
                for p in health.processes
            ),
        )
    return responses.html_response("status", context)


@router.get("/status.json")
def page_json(app_context: AppContextDep) -> Response:
    """Return the ``status`` of docs/json.md."""
    now = app_context.now()
    with app_context.database.read() as tx:
        rows = status_report(tx, system_health(tx, now=now))
        rows["index"] = index_keys(tx, without_secrets(app_context.engine), app_context.consumer)
        rows["shares"] = share_rows(tx, now=now)
    return responses.json_response("status", rows, now=now)


def _share_sentences(tx: Connection, now: datetime) -> Iterator[tuple[Message, ...]]:
    """Yield the sentences on each watch with scored mentions in the last days."""
    for share in load_shares(tx, now=now):
        if sentences := tuple(status_messages(share)):
            yield sentences


def _state(process: ProcessStatus, health: SystemHealth) -> str:
    """Return the last state that the process reported, or ``silent`` without a recent heartbeat."""
    silent_names = {s.name for s in health.outages if s.what != "source"}
    is_silent = process.name in silent_names and process.state != "failing"
    return "silent" if is_silent else process.state
