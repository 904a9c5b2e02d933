"""``/inbox/N``: one letter as its reader got it, its HTML alone in a frame that can do nothing."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from alerts.channel import Letter
from alerts.messages.mime import from_eml, viewed
from console import responses
from console.context import Desk
from console.layout import shell
from console.pages.inbox import line
from console.responses import At
from console.serializers import letter_row
from store.alerts import outbox
from store.alerts.outbox import OutboxRow
from templates.contexts.console import LetterPage

router = APIRouter()
# A letter has inline styles and pictures, like any mail; nothing in it may run or be sent.
FRAME: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation",
    "Cross-Origin-Opener-Policy": "unsafe-none",  # browsers refuse a sandbox with any other
}


@router.get("/inbox/{number:int}")
def page(desk: At, number: int) -> Response:
    """The letter with its envelope."""
    row, letter = _letter(desk, number)
    with desk.record.read() as tx:
        around = shell(tx, "inbox", now=desk.now())
    context = LetterPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url=f"/inbox/{number}.json",
        letter=line(row),
        sender=letter.sender,
        message_id=row.message_id,
        text=letter.text,
        html_url=f"/inbox/{number}.html",
        eml_url=f"/inbox/{number}.eml",
    )
    return responses.page("letter", context)


@router.get("/inbox/{number:int}.json")
def twin(desk: At, number: int) -> Response:
    """The letter's row and its text."""
    row, letter = _letter(desk, number)
    rows = {"letter": letter_row(row), "text": letter.text}
    return responses.twin("letter", rows, now=desk.now())


@router.get("/inbox/{number:int}.html")
def frame(desk: At, number: int) -> Response:
    """The letter's HTML; its pictures come from here."""
    _, letter = _letter(desk, number)
    html = viewed(letter, lambda cid: f"/inbox/{number}/{quote(cid, safe='')}")
    # Within the frame its links would be refused: no page of ours may be framed.
    return HTMLResponse(html.replace("<head>", '<head><base target="_top">', 1), headers=FRAME)


@router.get("/inbox/{number:int}.eml")
def eml(desk: At, number: int) -> Response:
    """The very bytes that go over the wire."""
    row, _ = _letter(desk, number)
    name = {"Content-Disposition": f'attachment; filename="harken-{number}.eml"'}
    return Response(row.eml, media_type="message/rfc822", headers=name)


@router.get("/inbox/{number:int}/{cid}")
def picture(desk: At, number: int, cid: str) -> Response:
    """A picture of the letter by its Content-ID."""
    _, letter = _letter(desk, number)
    if cid not in letter.images:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(letter.images[cid], media_type="image/png")


def _letter(desk: Desk, number: int) -> tuple[OutboxRow, Letter]:
    with desk.record.read() as tx:
        row = outbox.letter(tx, number)
    if row is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return row, from_eml(row.eml)
