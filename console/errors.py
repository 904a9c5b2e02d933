"""Errors as pages for people and as JSON for scripts."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console import responses
from console.context import AppContext
from console.layout import build_layout
from console.middleware import SECURITY_HEADERS
from core.errors import HarkenError, TransientError
from templates.contexts.console import ErrorPage
from templates.contexts.layout import Layout
from templates.i18n import msg

log = structlog.get_logger()


def add_error_handlers(app: FastAPI) -> None:
    """Make *app* answer every error in the format of the requested page: HTML or JSON."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HarkenError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def _http(request: Request, error: Any) -> Response:
    return _error_response(request, HTTPStatus(error.status_code))


def _invalid(request: Request, error: Any) -> Response:
    detail = "; ".join(_sentence(problem) for problem in error.errors())
    return _error_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _unavailable(request: Request, error: Any) -> Response:
    """Answer 503; the message names the database or the index and quotes no mention."""
    log.warning("page.unanswered", path=request.url.path, reason=str(error))
    return _error_response(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _unexpected(request: Request, error: Any) -> Response:
    log.error("page.failed", path=request.url.path, error=type(error).__name__)
    response = _error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    # Starlette sends this response outside of all middleware.
    response.headers.update(SECURITY_HEADERS)
    return response


def _error_response(request: Request, status: HTTPStatus, detail: str = "") -> Response:
    app_context: AppContext = request.app.state.app_context
    if request.url.path.endswith(".json"):
        body = {"error": detail or status.phrase}
        return responses.json_response("error", body, now=app_context.now(), status=status)
    context = ErrorPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=_layout(app_context),
        status=status,
        detail=detail,
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
