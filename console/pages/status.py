"""``/status``: is the whole of Harken at work."""

from fastapi import APIRouter
from fastapi.responses import Response

from alerts.health import Condition, condition, index_keys, report
from console import responses
from console.layout import shell
from console.responses import At
from indexer.engines.elasticsearch.client import without_secrets
from store.processes import Process as Beating
from templates.contexts.console import Process, StatusPage

router = APIRouter()


@router.get("/status")
def page(desk: At) -> Response:
    """Calm or not, and what everything waits for."""
    now = desk.now()
    with desk.record.read() as tx:
        known = condition(tx, now=now)
        rows = report(tx, known)
        index = index_keys(tx, without_secrets(desk.engine), desk.follower)
        context = StatusPage(
            zone=desk.zone,
            locale=desk.locale,
            shell=shell(tx, "status", now=now, known=known),
            json_url="/status.json",
            calm=known.calm,
            coverage=known.coverage,
            mentions=rows["mentions"],
            models=rows["models"],
            replay=rows["replay"],
            outbox=rows["outbox"],
            engine=index["engine"],
            documents=index["docs"],
            lag=index["lag"],
            processes=tuple(
                Process(name=p.name, state=_state(p, known), since=p.started, beat=p.beat)
                for p in known.processes
            ),
        )
    return responses.page("status", context)


@router.get("/status.json")
def twin(desk: At) -> Response:
    """The contract's ``status``."""
    now = desk.now()
    with desk.record.read() as tx:
        rows = report(tx, condition(tx, now=now))
        rows["index"] = index_keys(tx, without_secrets(desk.engine), desk.follower)
    return responses.twin("status", rows, now=now)


def _state(process: Beating, known: Condition) -> str:
    """What it last said of itself, unless it says nothing any more."""
    silent = {s.name for s in known.silences if s.what != "source"}
    is_silent = process.name in silent and process.state != "failing"
    return "silent" if is_silent else process.state
