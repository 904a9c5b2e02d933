"""Emails as RFC 5322 bytes and back. The same email gives the same bytes, so it can be resent."""

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import escape
from typing import Final

from alerts.channel import Notification

# References is folded as text: a message id longer than a line would become an encoded word.
_WIDE: Final = SMTP.clone(max_line_length=900)


def to_mime(notification: Notification) -> bytes:
    """Return *notification* as bytes with CRLF: text, then HTML with its images, all of it 7 bit.

    Raises:
        ValueError: a header contains a line break.
    """
    message = EmailMessage(policy=SMTP)
    for name, value in _headers(notification):
        message[name] = value
    message.set_content(notification.text, cte="quoted-printable")
    message.add_alternative(notification.html, subtype="html", cte="quoted-printable")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    for cid, png in notification.images.items():
        name = f"{cid.partition('@')[0]}.png"
        html.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=name)
    _fix_boundaries(message, notification)
    return message.as_bytes(policy=_WIDE)


def from_mime(mime: bytes) -> Notification:
    """Return the notification that :func:`to_mime` serialized as *mime*."""
    message = message_from_bytes(mime, policy=SMTP)
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    return Notification(
        kind=str(message["X-Harken-Kind"]),
        recipient=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        references=tuple(str(message["References"] or "").split()),
        date=parsedate_to_datetime(str(message["Date"])),
        text=_text(parts["text/plain"]),
        html=_text(parts["text/html"]),
        images=dict(_images(message)),
        key=str(message["X-Harken-Key"]),
    )


def html_for_browser(notification: Notification, image_url: Callable[[str], str]) -> str:
    """Return the HTML for a browser: *image_url* gives the URL of an image by its Content-ID."""
    html = notification.html
    for cid in notification.images:
        html = html.replace(f"cid:{cid}", escape(image_url(cid)))
    return html


def _headers(notification: Notification) -> Iterator[tuple[str, str]]:
    yield "From", notification.sender
    yield "To", notification.recipient
    yield "Subject", notification.subject
    yield "Date", format_datetime(notification.date)
    yield "Message-ID", notification.message_id
    if notification.references:
        yield "In-Reply-To", notification.references[-1]
        yield "References", " ".join(notification.references)
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: prevents out-of-office replies
    if notification.kind == "digest":
        host = notification.message_id.rstrip(">").rpartition("@")[2]
        yield "List-ID", f"<digest.{host}>"
    yield "X-Harken-Kind", notification.kind
    yield "X-Harken-Key", notification.key


def _fix_boundaries(message: EmailMessage, notification: Notification) -> None:
    """Replace the random boundaries of the library by a hash of the content: reproducible bytes."""
    digest = sha256(
        f"{notification.key}\0{notification.text}\0{notification.html}".encode()
    ).hexdigest()[:32]
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for index, part in enumerate(multiparts):
        part.set_boundary(f"=_{digest}_{index}")


def _text(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def _images(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        if part.get_content_maintype() == "image":
            yield str(part["Content-ID"]).strip("<>"), part.get_content()
