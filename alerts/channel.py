"""The contract of a channel: one letter to one recipient; plug-ins in ``alerts.channels``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who writes to whom, and how that reader tells time and opens the console."""

    sender: str  # an address, bare or "Harken <harken@example.org>"
    address: str
    base_url: str  # of the console, as the reader reaches it; no slash at the end
    zone: str = "UTC"  # IANA
    locale: str = "en"

    @property
    def sender_domain(self) -> str:
        """The sender's domain: the right side of our message ids."""
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A brief or digest as one recipient gets it; composed once, then sent until it is accepted."""

    kind: str  # brief | digest
    recipient: str
    sender: str
    subject: str
    message_id: str  # "<inc-7.r3@host>": the same letter has the same one for ever
    references: tuple[str, ...] = ()  # message ids of the thread, root first; empty: it is the root
    date: datetime  # when it was composed, whole seconds; a resend keeps it
    text: str  # this and the HTML end with a line feed
    html: str
    images: Mapping[str, bytes] = field(default_factory=dict)  # PNG by Content-ID, without brackets
    key: str  # of the outbox row: one letter a key and recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The other side has taken the letter and answers for it from now on."""

    message_id: str
    response: str  # of the other side, such as "250"; nothing of the letter in it


class Channel(ABC):
    """A way out of the house. A letter may come twice: it then bears the same message id."""

    @abstractmethod
    def send(self, notification: Notification) -> DeliveryReceipt:
        """Hand *letter* over; when this returns, the other side has it.

        Raises:
            TransientError: not taken, or not known to be: send the same letter again.
            PermanentError: this letter will never be taken; others may.
        """

    @abstractmethod
    def probe(self) -> None:
        """Go as far as a letter would, and send none.

        Raises:
            TransientError: a letter would not get through now; the message says why.
        """
