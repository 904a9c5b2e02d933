"""The two forms of every answer: a page for people, its JSON twin for scripts."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response

from console.context import Desk
from core.timestamps import iso
from templates.contexts.base import Context
from templates.render import render

SCHEMA: Final = 1  # of all JSON objects; the contract adds keys and never renames one


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


At = Annotated[Desk, Depends(_desk)]


def page(name: str, context: Context, status: int = 200) -> Response:
    """The template ``console/NAME`` filled with *context*."""
    return HTMLResponse(render(f"console/{name}.html.j2", context), status)


def twin(verb: str, rows: Mapping[str, Any], *, now: datetime, status: int = 200) -> Response:
    """*rows* below the head that every JSON object of the contract has."""
    head = {"schema": SCHEMA, "verb": verb, "ok": status < 400, "at": iso(now)}  # noqa: PLR2004 - HTTP
    # ASCII: a lone surrogate in a post has no UTF-8.
    text = json.dumps(head | dict(rows), default=_plain, allow_nan=False)
    return Response(text, status, media_type="application/json")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
