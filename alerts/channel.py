"""The contract of a channel: one email to one recipient; plug-ins in ``alerts.channels``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from store.alerts.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The addresses of an email, and its reader's time zone, locale and console URL."""

    sender: str  # an address, bare or "Harken <harken@example.org>"
    address: str
    base_url: str  # of the console, reachable for the reader; no slash at the end
    zone: str = "UTC"  # IANA
    locale: str = "en"

    @property
    def sender_domain(self) -> str:
        """The domain of the sender: the right side of message ids."""
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An email for one recipient; composed once, then sent until it is accepted."""

    kind: str  # brief | digest | notice
    recipient: str
    sender: str
    subject: str
    message_id: str  # "<inc-7.r3@host>": the same in every resend
    references: tuple[str, ...] = ()  # message ids of the thread, root first; empty: it is the root
    date: datetime  # time of composition, whole seconds; a resend keeps it
    text: str  # the text and the HTML end with a line feed
    html: str
    images: Mapping[str, bytes] = field(default_factory=dict)  # PNG by Content-ID, without brackets
    key: str  # of the outbox row: one email per key and recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The proof that the other side has accepted an email and is responsible for it."""

    message_id: str
    response: str  # of the other side, such as "250"; contains no part of the email


class ChannelOptions(BaseModel):
    """Options of every channel: none; each channel adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Channel(ABC):
    """A way to send emails. An email may arrive twice, then with the same message id.

    The module's name is the channel's name in harken.yaml. *options*: an instance of ``Options``.
    """

    Options: ClassVar[type[ChannelOptions]] = ChannelOptions
    options: ChannelOptions

    def __init__(self, options: Any) -> None:
        self.options = options

    @property
    def endpoint(self) -> str:
        """The other side as `harken check` names it, without secrets. Default: the channel."""
        return type(self).__module__.rpartition(".")[2]

    @classmethod
    def address(cls, person: Person) -> str | None:
        """Return the address of *person* on this channel; None: there is none.

        Default: the slug, for a channel whose options alone determine the destination.
        """
        return person.slug

    @abstractmethod
    def send(self, notification: Notification) -> DeliveryReceipt:
        """Send *notification*; on return the other side has accepted it.

        Raises:
            TransientError: not accepted, or acceptance is unknown: send the same email again.
            PermanentError: this email will never be accepted; others may be.
        """

    @abstractmethod
    def probe(self) -> None:
        """Test the connection up to the point of sending, and send nothing.

        Raises:
            TransientError: an email would not get through now; the message contains the cause.
        """
