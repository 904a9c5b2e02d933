"""Errors as pages for people and as JSON for scripts."""

from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from console import responses
from console.context import AppContext
from console.layout import build_layout
from console.middleware import SECURITY_HEADERS
from core.errors import HarkenError, TransientError
from templates.contexts.console import ErrorPage
from templates.contexts.layout import Layout
from templates.i18n import Translator, msg

log = structlog.get_logger()

# The statuses with words of their own; any other is a failure of Harken.
_EXPLAINED: Final = (403, 404, 405, 410, 411, 413, 422, 503)


def add_error_handlers(app: FastAPI) -> None:
    """Make *app* answer every error in the format of the requested page: HTML or JSON."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HarkenError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def refusal(status: HTTPStatus) -> ASGIApp:
    """Return an application that answers *status* in the format of the requested page."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request without reading its body."""
        response = await run_in_threadpool(_error_response, Request(scope), status)
        await response(scope, receive, send)

    return refuse


def log_unanswered(path: str, reason: str) -> None:
    """Log that the page at *path* cannot be answered now; *reason* quotes no mention."""
    log.warning("page.unanswered", path=path, reason=reason)


def _http(request: Request, error: Any) -> Response:
    response = _error_response(request, HTTPStatus(error.status_code))
    response.headers.update(error.headers or {})  # 405 lists the methods that are accepted
    return response


def _invalid(request: Request, error: Any) -> Response:
    if all(problem["loc"][0] == "path" for problem in error.errors()):
        return _error_response(request, HTTPStatus.NOT_FOUND)
    detail = "; ".join(_sentence(problem) for problem in error.errors())
    return _error_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _unavailable(request: Request, error: Any) -> Response:
    """Answer 503; the message names the database or the index and quotes no mention."""
    log_unanswered(request.url.path, str(error))
    return _error_response(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _unexpected(request: Request, error: Any) -> Response:
    log.error("page.failed", path=request.url.path, error=type(error).__name__)
    response = _error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    # Starlette sends this response outside of all middleware.
    response.headers.update(SECURITY_HEADERS)
    return response


def _error_response(request: Request, status: HTTPStatus, detail: str = "") -> Response:
    app_context: AppContext = request.app.state.app_context
    name = status if status in _EXPLAINED else HTTPStatus.INTERNAL_SERVER_ERROR
    title, remedy = msg(f"error.{name:d}"), msg(f"remedy.{name:d}")
    if request.url.path.endswith(".json"):
        say = Translator(zone=app_context.zone, locale=app_context.locale)
        body = {"error": f"{(detail or say(title)).rstrip('.')}. {say(remedy)}"}
        return responses.json_response("error", body, now=app_context.now(), status=status)
    context = ErrorPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=_layout(app_context),
        status=status,
        title=title,
        detail=detail,
        remedy=remedy,
    )
    return responses.html_response("error", context, status)


def _layout(app_context: AppContext) -> Layout:
    """Return the layout of an error page; without the database it states the outage alone."""
    try:
        with app_context.database.read() as tx:
            return build_layout(tx, "", now=app_context.now())
    except TransientError:
        message = msg("silence.record")
        return Layout(section="", open_incidents=0, newest_age=None, outages=(message,))


def _sentence(error: dict[str, Any]) -> str:
    """Return ``range: should be …``, without the value: anybody may have sent it."""
    location = ".".join(str(part) for part in error["loc"][1:])
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{location}: {text}" if location else text
