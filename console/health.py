"""``/healthz``, ``/readyz`` and ``/metrics``: endpoints for supervision."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from alerts.health import STALE_AFTER
from console import responses
from console.context import AppContext
from console.metrics import render_metrics
from console.responses import AppContextDep
from core.errors import HarkenError
from store import processes
from store.processes import ProcessStatus

router = APIRouter()


@router.get("/healthz")
def healthz() -> Response:
    """Return ``ok`` while the process is up."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(app_context: AppContextDep) -> Response:
    """Return the state of database, index, model and schedule; 503 and a reason for each fault."""
    now = app_context.now()
    reasons = {part: reason for part, reason in _readiness(app_context, now) if reason}
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    return responses.json_response("readyz", {"missing": reasons}, now=now, status=status)


@router.get("/metrics")
def metrics(app_context: AppContextDep) -> Response:
    """Return all metrics in the text format of Prometheus."""
    return Response(render_metrics(app_context), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _readiness(app_context: AppContext, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield each part with the reason why it is not ready; the reason is empty if it is ready."""
    process_rows: dict[str, ProcessStatus] = {}
    try:
        with app_context.database.read() as tx:
            process_rows = {p.name: p for p in processes.all_processes(tx)}
    except HarkenError as error:
        yield "record", str(error)
    try:
        app_context.index.health()
    except HarkenError as error:
        yield "index", str(error)
    yield "model", _process_problem(process_rows.get("analyse"), now)
    yield "schedule", _process_problem(process_rows.get("run"), now)


def _process_problem(process: ProcessStatus | None, now: datetime) -> str:
    if process is None:
        return "not started"
    if process.state != "working":
        return process.reason or process.state
    return "not responding" if now - process.beat > STALE_AFTER else ""
