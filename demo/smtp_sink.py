"""The inbox of the demo: a real SMTP server on loopback that stores each email as a file."""

import email
import email.policy
import socket
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.clock import DemoClock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One received email."""

    kind: str  # brief | digest, from the Message-ID
    message_id: str
    eml: Path
    at: float  # time of the reply 250 on the demo's clock, seconds since 1970


def free_port() -> int:
    """Return a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class SmtpSink:
    """A server that accepts every email; it can be closed and opened again on the same port."""

    def __init__(self, folder: Path, clock: DemoClock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self.mails: list[ReceivedMail] = []
        self.port = free_port()
        self._controller: Controller | None = None

    def open(self) -> None:
        """Start to listen, always on the same port."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's names
        """Store the email, then accept it."""
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
