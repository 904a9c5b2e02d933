"""What all other pages show: incidents, sources, letters, status, errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.coverage import Coverage
from templates.contexts.layout import MentionCard, PageContext
from templates.contexts.mail import Brief
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A line in the life of an incident."""

    at: datetime
    sentence: Message
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button that posts to *url*; *token* proves that this page sent it."""

    label: Message
    url: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage(PageContext):
    """The brief as a page, so that page and letter can never differ, and what only a page has."""

    brief: Brief
    events: tuple[TimelineEntry, ...]
    actions: tuple[Action, ...]
    results: tuple[MentionCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """One line of the list of incidents and notices."""

    name: str
    url: str
    title: Message
    kind: str
    state: str
    severity: int
    onset: datetime
    resolved: datetime | None
    observed: int
    expected: float
    negative_share: float
    usual_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsPage(PageContext):
    """All incidents, open ones first; notices never page anybody."""

    incidents: tuple[IncidentRow, ...]
    notices: tuple[IncidentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatusRow:
    """One source and what its runs brought; the keys of the contract's ``source``."""

    name: str
    kind: str
    state: str  # heard | late | silent | forbidden | broken | gap | new
    since: datetime | None
    reason: str
    interval: timedelta
    expected_per_hour: float | None
    fetched: int
    known: int
    edited: int
    new: int
    dropped: int
    requests: int
    url: str  # its mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage(PageContext):
    """Everything that is listened to."""

    coverage: Coverage
    sources: tuple[SourceStatusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A letter in the inbox, one a recipient."""

    url: str
    kind: str  # brief | digest
    subject: str
    recipient: str
    state: str  # due | sent | failed
    at: datetime  # when it was sent, or composed
    reason: str = ""  # why it is still due, or failed


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage(PageContext):
    """Every letter that left the house or waits to."""

    letters: tuple[NotificationRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPage(PageContext):
    """One letter as its reader got it; *html_url* serves its HTML alone, for a sandboxed frame."""

    letter: NotificationRow
    sender: str
    message_id: str
    text: str
    html_url: str
    eml_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """A process of this installation."""

    name: str
    state: str  # starting | working | failing | silent
    since: datetime
    beat: datetime  # its last sign of life


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage(PageContext):
    """Is the whole of Harken at work."""

    calm: bool | None  # None: nobody can tell
    coverage: Coverage
    mentions: Mapping[str, int] = field(default_factory=dict)  # by analysis, and deleted
    models: Mapping[str, int] = field(default_factory=dict)  # scored mentions by model
    replay: Mapping[str, Any] | None = None  # its model, and how many are waiting for it
    outbox: Mapping[str, int] = field(default_factory=dict)  # due, sent, failed
    engine: str
    documents: int
    lag: int  # changes that the index has not followed yet
    processes: tuple[ProcessRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(PageContext):
    """What went wrong and what to do; *status* is the HTTP status."""

    status: int
    detail: str = ""
