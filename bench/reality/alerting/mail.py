"""Cases about a single email: a real SMTP server that refuses it, and its headers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Final

from aiosmtpd.controller import Controller

from alerts.channel import Notification
from alerts.channels.email import Email, Security
from alerts.messages.mime import from_mime, to_mime
from bench.reality.alerting.answers import Answer, Case
from bench.reality.alerting.clock import START
from bench.reality.product import ProductError, product_calls
from core.errors import PermanentError, TransientError
from demo.smtp_sink import free_port

LOOPBACK: Final = "127.0.0.1"
PATIENCE_S: Final = 30
"""Seconds that the server may take to start; an email may take as long."""

VERBS: Final = ("MAIL", "RCPT", "DATA")
LONGEST_WORD: Final = 75
"""Characters of an encoded word, RFC 2047 section 2."""

_ENCODED_WORD: Final = re.compile(rb"=\?[^?]+\?[bqBQ]\?[^?]*\?=")
_HEADER: Final = "header "


def smtp(case: Case) -> Answer:
    """Return what becomes of an email that a server answers as *case* says."""
    letter = _letter(case, kind="brief", sender="harken@acme.example")
    with _server(case) as port:
        options = Email.Options(
            host=LOOPBACK, port=port, security=Security.NONE, timeout_s=PATIENCE_S
        )
        outcome = _send(Email(options), letter)
    return Answer(outcome == case["want"], outcome)


def header(case: Case) -> Answer:
    """Return the header that *case* asks for, or the lack of it.

    Raises:
        ProductError: the product raised an exception.
        ValueError: the case asks for something else.
    """
    letter = _letter(case, kind="digest", sender="Harken <harken@acme.example>")
    with product_calls():
        mime = to_mime(letter)
        subject = from_mime(mime).subject
    head = mime.partition(b"\r\n\r\n")[0]
    want: str = case["want"]
    if want == "RFC 2047":
        return _encoded_words(head, is_same=subject == letter.subject)
    if not want.startswith(_HEADER):
        raise ValueError(f"unknown demand on headers: {want!r}")
    line = want.removeprefix(_HEADER)
    is_present = line.encode().lower() in head.lower()
    return Answer(is_present, line if is_present else f"no {line}")


def _letter(case: Case, *, kind: str, sender: str) -> Notification:
    return Notification(
        kind=case.get("kind", kind),
        recipient=case.get("to", "lead@acme.example"),
        sender=case.get("from", sender),
        subject=case.get("subject", "INC-1 Acme"),
        message_id="<digest.morning.2026-05-05@acme.example>",
        date=START,
        text="x\n",
        html="<p>x</p>\n",
        key="k",
    )


@contextmanager
def _server(case: Case) -> Iterator[int]:
    """Run a server that takes every email but for the answer of *case* to one verb."""

    async def refuse(*_: object) -> str:
        """Return the answer of the case."""
        return str(case["answer"])

    hooks = {f"handle_{verb}": refuse for verb in VERBS if verb == case["when"]}
    controller = Controller(
        SimpleNamespace(**hooks),
        hostname=LOOPBACK,
        port=free_port(),
        ready_timeout=PATIENCE_S,
        enable_SMTPUTF8=case.get("smtputf8", False),
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _send(channel: Email, letter: Notification) -> str:
    """Return the outcome in the words of the cases: sent, waits, given up."""
    try:
        with product_calls():
            channel.send(letter)
    except ProductError as error:
        if isinstance(error.__cause__, TransientError):
            return "waits"
        if isinstance(error.__cause__, PermanentError):
            return "given up"
        return f"given up ({error})"
    return "sent"


def _encoded_words(head: bytes, *, is_same: bool) -> Answer:
    """Return whether the words are short and apart, and the subject can be read again."""
    longest = max(map(len, _ENCODED_WORD.findall(head)), default=0)
    are_joined = b"?==?" in head
    joint = "joined" if are_joined else "apart"
    return Answer(
        longest <= LONGEST_WORD and not are_joined and is_same,
        f"encoded words of up to {longest} characters, {joint}, read back: {is_same}",
    )
