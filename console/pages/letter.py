"""``/inbox/N``: one email as it was sent, with its HTML in a sandboxed frame."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from alerts.channel import Notification
from alerts.messages.mime import from_mime, html_for_browser
from console import responses
from console.context import AppContext
from console.layout import build_layout
from console.pages.inbox import notification_line
from console.responses import AppContextDep, RowNumber
from console.serializers import notification_row
from store.alerts import outbox
from store.alerts.outbox import OutboxEntry
from templates.contexts.console import NotificationPage

router = APIRouter()
# An email has inline styles and pictures; it may run no script and send no form.
FRAME_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation",
    "Cross-Origin-Opener-Policy": "unsafe-none",  # browsers refuse a sandbox with any other
}


@router.get("/inbox/{number:int}")
def page(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the page of the email with its envelope."""
    row, notification = _load_notification(app_context, number)
    with app_context.database.read() as tx:
        layout = build_layout(tx, "inbox", now=app_context.now())
    context = NotificationPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url=f"/inbox/{number}.json",
        letter=notification_line(row),
        sender=notification.sender,
        message_id=row.message_id,
        text=notification.text,
        html_url=f"/inbox/{number}.html",
        eml_url=f"/inbox/{number}.eml",
        has_mail_server=app_context.has_mail_server,
    )
    return responses.html_response("letter", context)


@router.get("/inbox/{number:int}.json")
def page_json(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the email's row and its text."""
    row, notification = _load_notification(app_context, number)
    rows = {"letter": notification_row(row), "text": notification.text}
    return responses.json_response("letter", rows, now=app_context.now())


@router.get("/inbox/{number:int}.html")
def frame(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the email's HTML for the frame, with its pictures served by :func:`picture`."""
    _, notification = _load_notification(app_context, number)
    html = html_for_browser(notification, lambda cid: f"/inbox/{number}/{quote(cid, safe='')}")
    # Links must leave the frame: no page of the console may be framed.
    return HTMLResponse(
        html.replace("<head>", '<head><base target="_top">', 1), headers=FRAME_HEADERS
    )


@router.get("/inbox/{number:int}.eml")
def raw_message(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the message as a file, byte for byte as sent."""
    row, _ = _load_notification(app_context, number)
    headers = {"Content-Disposition": f'attachment; filename="harken-{number}.eml"'}
    return Response(row.eml, media_type="message/rfc822", headers=headers)


@router.get("/inbox/{number:int}/{cid}")
def picture(app_context: AppContextDep, number: RowNumber, cid: str) -> Response:
    """Return a picture of the email by its Content-ID."""
    _, notification = _load_notification(app_context, number)
    if cid not in notification.images:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(notification.images[cid], media_type="image/png")


def _load_notification(app_context: AppContext, row_id: int) -> tuple[OutboxEntry, Notification]:
    with app_context.database.read() as tx:
        row = outbox.get(tx, row_id)
    if row is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return row, from_mime(row.eml)
