"""``/healthz``, ``/readyz`` and ``/metrics``: for whatever supervises this installation."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from alerts.health import STALE
from console import responses
from console.context import Desk
from console.metrics import exposition
from console.responses import At
from core.errors import HarkenError
from store import processes
from store.processes import Process

router = APIRouter()


@router.get("/healthz")
def healthz() -> Response:
    """The process is up."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(desk: At) -> Response:
    """Whether record, index, model and schedule work; 503 with the reason of each that does not."""
    now = desk.now()
    reasons = {part: reason for part, reason in _parts(desk, now) if reason}
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    return responses.twin("readyz", {"missing": reasons}, now=now, status=status)


@router.get("/metrics")
def metrics(desk: At) -> Response:
    """In the text format of Prometheus."""
    return Response(exposition(desk), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _parts(desk: Desk, now: datetime) -> Iterator[tuple[str, str]]:
    """Each part with why it is not ready, or the empty string."""
    running: dict[str, Process] = {}
    try:
        with desk.record.read() as tx:
            running = {p.name: p for p in processes.everyone(tx)}
    except HarkenError as error:
        yield "record", str(error)
    try:
        desk.index.health()
    except HarkenError as error:
        yield "index", str(error)
    yield "model", _absence(running.get("analyse"), now)
    yield "schedule", _absence(running.get("run"), now)


def _absence(process: Process | None, now: datetime) -> str:
    if process is None:
        return "not started"
    if process.state != "working":
        return process.reason or process.state
    return "not responding" if now - process.beat > STALE else ""
