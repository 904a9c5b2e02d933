"""Errors as pages for people and as JSON for scripts."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console import responses
from console.context import Desk
from console.layout import shell
from console.middleware import HEADERS
from core.errors import HarkenError, TransientError
from templates.contexts.console import ErrorPage
from templates.contexts.layout import Shell
from templates.i18n import phrase

log = structlog.get_logger()


def handle_errors(app: FastAPI) -> None:
    """Let *app* answer every error in the form of the page that was asked for."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HarkenError, _out_of_reach)
    app.add_exception_handler(Exception, _unexpected)


def _http(request: Request, error: Any) -> Response:
    return _answer(request, HTTPStatus(error.status_code))


def _invalid(request: Request, error: Any) -> Response:
    said = "; ".join(_sentence(one) for one in error.errors())
    return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, said)


def _out_of_reach(request: Request, error: Any) -> Response:
    """The record or the index does not answer; the message says which, and never what was said."""
    log.warning("page.unanswered", path=request.url.path, reason=str(error))
    return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _unexpected(request: Request, error: Any) -> Response:
    log.error("page.failed", path=request.url.path, error=type(error).__name__)
    answer = _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    answer.headers.update(HEADERS)  # Starlette answers this one outside of every middleware
    return answer


def _answer(request: Request, status: HTTPStatus, detail: str = "") -> Response:
    desk: Desk = request.app.state.desk
    if request.url.path.endswith(".json"):
        wrong = {"error": detail or status.phrase}
        return responses.twin("error", wrong, now=desk.now(), status=status)
    context = ErrorPage(
        zone=desk.zone, locale=desk.locale, shell=_shell(desk), status=status, detail=detail
    )
    return responses.page("error", context, status)


def _shell(desk: Desk) -> Shell:
    """What surrounds the page, as far as the record can tell."""
    try:
        with desk.record.read() as tx:
            return shell(tx, "", now=desk.now())
    except TransientError:
        lost = phrase("silence.record")
        return Shell(section="", open_incidents=0, newest=None, silences=(lost,))


def _sentence(error: dict[str, Any]) -> str:
    """``range: should be …``; without the value, which a stranger may have sent."""
    where = ".".join(str(part) for part in error["loc"][1:])
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
