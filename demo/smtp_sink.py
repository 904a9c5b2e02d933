"""The inbox of the demo: a real SMTP server on loopback that keeps every letter as a file."""

import email
import email.policy
import socket
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from harken.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One letter as it came in."""

    kind: str  # brief | digest, from the letter's own header
    message_id: str
    eml: Path
    at: float  # seconds since 1970, on the demo's clock, when 250 was said


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class SmtpSink:
    """Takes every letter; can be closed and opened again on the same port."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self.mails: list[ReceivedMail] = []
        self.port = free_port()
        self._controller: Controller | None = None

    def open(self) -> None:
        """Begin to listen, always on the same port."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's names
        """Keep the letter, then say that it is ours."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        path = self._folder / f"{len(self.mails) + 1:03d}.eml"
        path.write_bytes(raw)
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        message_id = str(message["Message-ID"] or "")
        kind = "digest" if message_id.startswith("<digest.") else "brief"
        at = self._clock.now().timestamp()
        self.mails.append(ReceivedMail(kind=kind, message_id=message_id, eml=path, at=at))
        return "250 OK"
