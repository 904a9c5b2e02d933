"""``/inbox``: every letter that left the house or waits to."""

from fastapi import APIRouter
from fastapi.responses import Response

from console import responses
from console.layout import shell
from console.responses import At
from console.serializers import letter_row
from store.alerts import outbox
from store.alerts.outbox import OutboxRow
from templates.contexts.console import InboxPage, LetterRow

router = APIRouter()


@router.get("/inbox")
def page(desk: At) -> Response:
    """The newest first."""
    with desk.record.read() as tx:
        around = shell(tx, "inbox", now=desk.now())
        letters = outbox.letters(tx)
    context = InboxPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url="/inbox.json",
        letters=tuple(line(row) for row in letters),
    )
    return responses.page("inbox", context)


@router.get("/inbox.json")
def twin(desk: At) -> Response:
    """The same for scripts."""
    with desk.record.read() as tx:
        letters = [letter_row(row) for row in outbox.letters(tx)]
    return responses.twin("inbox", {"letters": letters}, now=desk.now())


def line(row: OutboxRow) -> LetterRow:
    """One letter in a list."""
    return LetterRow(
        url=f"/inbox/{row.id}",
        kind=row.kind,
        subject=row.subject,
        recipient=row.recipient,
        state=row.state,
        at=row.sent or row.created,
        reason=row.reason or "",
    )
