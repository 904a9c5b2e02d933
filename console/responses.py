"""The two formats of every response: a page for people, its JSON twin for scripts."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, Response

from console.context import AppContext
from core.timestamps import format_utc
from templates.contexts.base import Context
from templates.render import render

SCHEMA_VERSION: Final = 1  # of all JSON objects; new keys may come, no key is renamed


async def _app_context(request: Request) -> AppContext:
    app_context: AppContext = request.app.state.app_context
    return app_context


AppContextDep = Annotated[AppContext, Depends(_app_context)]
# The number of a row in an address; no database has a larger one.
RowNumber = Annotated[int, Path(le=2**63 - 1)]


def html_response(name: str, context: Context, status: int = 200) -> Response:
    """Return the template ``console/NAME`` rendered with *context*."""
    return HTMLResponse(render(f"console/{name}.html.j2", context), status)


def json_response(
    verb: str, keys: Mapping[str, Any], *, now: datetime, status: int = 200
) -> Response:
    """Return *keys* after the head of every JSON object: schema, verb, ok, at."""
    head = {"schema": SCHEMA_VERSION, "verb": verb, "ok": status < 400, "at": format_utc(now)}  # noqa: PLR2004 - HTTP
    # ASCII: a lone surrogate in a post has no UTF-8.
    text = json.dumps(head | dict(keys), default=_serialize, allow_nan=False)
    return Response(text, status, media_type="application/json")


def _serialize(value: object) -> object:
    if isinstance(value, datetime):
        return format_utc(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
