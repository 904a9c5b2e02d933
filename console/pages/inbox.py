"""``/inbox``: all emails that were sent or are queued."""

from fastapi import APIRouter
from fastapi.responses import Response

from console import responses
from console.first_steps import MAIL_LINES
from console.layout import build_layout
from console.responses import AppContextDep
from console.serializers import notification_row
from store import settings_status
from store.alerts import outbox
from store.alerts.outbox import OutboxEntry
from templates.contexts.console import InboxPage, NotificationRow
from templates.contexts.layout import EmptyNote
from templates.i18n import msg

router = APIRouter()


@router.get("/inbox")
def page(app_context: AppContextDep) -> Response:
    """Return the page of emails, newest first."""
    with app_context.database.read() as tx:
        layout = build_layout(tx, "inbox", now=app_context.now())
        rows = outbox.recent(tx)
        file = settings_status.file_name(settings_status.current_status(tx))
    context = InboxPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url="/inbox.json",
        letters=tuple(notification_line(row) for row in rows),
        mail_note=None if app_context.has_mail_server else _note_on_mail(file),
    )
    return responses.html_response("inbox", context)


@router.get("/inbox.json")
def page_json(app_context: AppContextDep) -> Response:
    """Return the emails for scripts, newest first."""
    with app_context.database.read() as tx:
        rows = [notification_row(row) for row in outbox.recent(tx)]
    return responses.json_response("inbox", {"letters": rows}, now=app_context.now())


def _note_on_mail(file: str) -> EmptyNote:
    return EmptyNote(
        title=msg("inbox.no_server"),
        sentences=(msg("inbox.no_server_hint", file=file),),
        lines=MAIL_LINES,
    )


def notification_line(row: OutboxEntry) -> NotificationRow:
    """Return one email as a row of a list."""
    return NotificationRow(
        url=f"/inbox/{row.id}",
        kind=row.kind,
        subject=row.subject,
        recipient=row.recipient,
        state=row.state,
        at=row.sent or row.created,
        reason=row.reason or "",
    )
