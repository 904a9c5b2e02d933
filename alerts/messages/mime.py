"""A letter as RFC 5322 bytes and back; the same letter gives the same bytes: it can be resent."""

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import escape
from typing import Final

from alerts.channel import Letter

# References is folded as text: a message id longer than a line would come out as an encoded word.
_WIDE: Final = SMTP.clone(max_line_length=900)


def to_eml(letter: Letter) -> bytes:
    """*letter* as bytes with CRLF: text, then HTML with its images, all of it 7 bit.

    Raises:
        ValueError: a header holds a line break.
    """
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(letter):
        mail[name] = value
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    html = mail.get_payload(1)
    assert isinstance(html, EmailMessage)
    for cid, png in letter.images.items():
        name = f"{cid.partition('@')[0]}.png"
        html.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=name)
    _fix_boundaries(mail, letter)
    return mail.as_bytes(policy=_WIDE)


def from_eml(eml: bytes) -> Letter:
    """The letter that :func:`to_eml` wrote: what the outbox holds, sends and shows."""
    mail = message_from_bytes(eml, policy=SMTP)
    parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
    return Letter(
        kind=str(mail["X-Harken-Kind"]),
        recipient=str(mail["To"]),
        sender=str(mail["From"]),
        subject=str(mail["Subject"]),
        message_id=str(mail["Message-ID"]),
        references=tuple(str(mail["References"] or "").split()),
        date=parsedate_to_datetime(str(mail["Date"])),
        text=_text(parts["text/plain"]),
        html=_text(parts["text/html"]),
        images=dict(_images(mail)),
        key=str(mail["X-Harken-Key"]),
    )


def viewed(letter: Letter, address: Callable[[str], str]) -> str:
    """The letter's HTML for a browser: pictures come from *address* of their Content-ID."""
    html = letter.html
    for cid in letter.images:
        html = html.replace(f"cid:{cid}", escape(address(cid)))
    return html


def _headers(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "From", letter.sender
    yield "To", letter.recipient
    yield "Subject", letter.subject
    yield "Date", format_datetime(letter.date)
    yield "Message-ID", letter.message_id
    if letter.references:
        yield "In-Reply-To", letter.references[-1]
        yield "References", " ".join(letter.references)
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: no out-of-office may answer it
    if letter.kind == "digest":
        host = letter.message_id.rstrip(">").rpartition("@")[2]
        yield "List-ID", f"<digest.{host}>"
    yield "X-Harken-Kind", letter.kind
    yield "X-Harken-Key", letter.key


def _fix_boundaries(mail: EmailMessage, letter: Letter) -> None:
    """The library draws boundaries by lot; a hash of the content is as safe and always the same."""
    digest = sha256(f"{letter.key}\0{letter.text}\0{letter.html}".encode()).hexdigest()[:32]
    multiparts = [part for part in mail.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{digest}_{number}")


def _text(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def _images(mail: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            yield str(part["Content-ID"]).strip("<>"), part.get_content()
