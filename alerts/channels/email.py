"""Emails by SMTP.

Delivery is synchronous, one email a session, so smtplib is sufficient.

Two kinds of failure: a refused *session* (no connection, no TLS, wrong password) is no fault of the
email, which stays in the outbox. A refused *email* fails for now or for good, by the server's code.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr

from alerts.channel import Channel, ChannelOptions, DeliveryReceipt, Notification
from alerts.messages.mime import to_mime
from core.errors import PermanentError, TransientError
from store.alerts.people import Person

__all__ = ["Email", "Security"]

_CAUSES: Final = (
    (smtplib.SMTPAuthenticationError, "rejected the user name or password"),
    (
        smtplib.SMTPNotSupportedError,
        "does not support STARTTLS or login, which the settings require",
    ),
    (ssl.SSLError, "no secure connection: its certificate or TLS version was not accepted"),
    (TimeoutError, "timed out"),
)
_ENHANCED_CODE: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463


class Security(StrEnum):
    """The encryption of the session. The configured one is required: there is no fall-back."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Email(Channel):
    """The email channel: one session per email and one email per recipient, so failures stay apart.

    *options*: the mail server.
    """

    class Options(ChannelOptions):
        """`mail` sets the server, the user and the sender; `channels.email` sets all others."""

        host: str = Field(
            description="Name or address of the mail server.", examples=["smtp.example.org"]
        )
        port: int = Field(default=587, ge=1, le=65535, description="Usually 587, 465 (tls) or 25.")
        security: Security = Field(
            default=Security.STARTTLS, description="Encryption, without fallback."
        )
        username: str = Field(default="", description="User name, if the server requires login.")
        password: SecretStr = Field(default=SecretStr(""), description="Password of that user.")
        ca_file: Path | None = Field(
            default=None, description="PEM file of a private certificate authority."
        )
        hello: str = Field(default="localhost", description="EHLO name; some servers require one.")
        timeout_s: float = Field(
            default=20, gt=0, le=300, description="Seconds to wait for a reply."
        )

    options: Options

    @property
    def endpoint(self) -> str:
        """The mail server and its port."""
        return f"{self.options.host}:{self.options.port}"

    @classmethod
    def address(cls, person: Person) -> str | None:
        """Return the email address of *person*."""
        return person.email

    def send(self, notification: Notification) -> DeliveryReceipt:
        """Send *notification* to the server; see :meth:`Channel.send`.

        A connection lost after DATA is transient: the server may have accepted the email. The next
        attempt has the same message id.
        """
        mime = to_mime(notification)
        with self._session() as smtp:
            return _send_message(smtp, notification, mime)

    def probe(self) -> None:
        """Open a session as for an email, log in and close it; see :meth:`Channel.probe`."""
        with self._session() as smtp:
            _check("NOOP", *smtp.noop())

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        try:
            with closing(self._connect()) as smtp:
                if self.options.security is Security.STARTTLS:
                    smtp.starttls(context=self._tls_context())
                if self.options.username:
                    smtp.login(self.options.username, self.options.password.get_secret_value())
                yield smtp
                # Not smtplib's own `with`: it raises on a failing QUIT, after acceptance.
                with suppress(OSError):
                    smtp.quit()
        except OSError as error:  # smtplib's own errors are OSErrors too
            server = f"smtp {self.options.host}:{self.options.port}"
            raise TransientError(f"{server}: {_cause(error)}") from None

    def _connect(self) -> smtplib.SMTP:
        options = self.options
        if options.security is Security.TLS:
            return smtplib.SMTP_SSL(
                options.host,
                options.port,
                local_hostname=options.hello,
                timeout=options.timeout_s,
                context=self._tls_context(),
            )
        return smtplib.SMTP(options.host, options.port, options.hello, options.timeout_s)

    def _tls_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.options.ca_file)


def _send_message(smtp: smtplib.SMTP, notification: Notification, mime: bytes) -> DeliveryReceipt:
    smtp.ehlo_or_helo_if_needed()
    _check("MAIL", *smtp.mail(parseaddr(notification.sender)[1]))
    _check("RCPT", *smtp.rcpt(parseaddr(notification.recipient)[1]))
    try:
        code, response = smtp.data(mime)
    except smtplib.SMTPDataError as error:  # the word DATA itself was not accepted
        code, response = error.smtp_code, b""
    _check("DATA", code, response)
    return DeliveryReceipt(message_id=notification.message_id, response=_status(code, response))


def _check(command: str, code: int, response: bytes) -> None:
    """Raise for a failed *command*, with the codes alone: the words may quote the email.

    Raises:
        TransientError: a code 4yz, or the connection was lost.
        PermanentError: a code 5yz.
    """
    reason = f"the mail server replied {_status(code, response)} to {command}"
    if code >= 500:  # noqa: PLR2004 -- RFC 5321: 5yz is final, 4yz is not
        raise PermanentError(reason)
    if code >= 400 or code < 0:  # noqa: PLR2004 -- -1: the connection was lost
        raise TransientError(reason)


def _status(code: int, response: bytes) -> str:
    code_match = _ENHANCED_CODE.match(response)
    return f"{code} {code_match[0].decode()}" if code_match else str(code)


def _cause(error: OSError) -> str:
    """Return the cause of *error* in words that contain neither the password nor the email."""
    for kind, words in _CAUSES:
        # smtplib reports a time-out as a lost connection, with the time-out as its context.
        if isinstance(error, kind) or isinstance(error.__context__, kind):
            return words
    if isinstance(error, smtplib.SMTPResponseException):
        return f"replied {error.smtp_code}"
    return f"connection failed ({type(error).__name__})"
