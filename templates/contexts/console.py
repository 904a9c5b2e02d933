"""Contexts of the console pages on incidents, sources, emails, status and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.coverage import Coverage
from templates.contexts.layout import EmptyNote, MentionCard, PageContext
from templates.contexts.mail import Brief
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A line in the timeline of an incident."""

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
    """An incident: its brief, identical to the email, with its timeline, actions and mentions."""

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
    """All incidents, open ones first, and the notices, which send no alert."""

    incidents: tuple[IncidentRow, ...]
    notices: tuple[IncidentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatusRow:
    """One source and the totals of its runs; the keys of the JSON ``source``."""

    name: str
    kind: str
    state: str  # heard | late | silent | quiet | forbidden | broken | gap | new
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
    undated_note: Message | None = None  # number and reasons of its undated mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage(PageContext):
    """All sources and their coverage."""

    coverage: Coverage
    sources: tuple[SourceStatusRow, ...]
    gaps: tuple[Message, ...] = ()  # a sentence for each time of which posts are missing


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """An email of the outbox, one per recipient."""

    url: str
    kind: str  # brief | digest | notice
    subject: str
    recipient: str
    state: str  # due | sent | failed
    at: datetime  # time of sending, else of composition
    reason: str = ""  # of a failed or delayed delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage(PageContext):
    """All emails, sent or waiting."""

    letters: tuple[NotificationRow, ...]
    mail_note: EmptyNote | None = None  # None: a mail server is set


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPage(PageContext):
    """One email as sent; ``html_url`` serves its HTML alone, for a sandboxed frame."""

    letter: NotificationRow
    sender: str
    message_id: str
    text: str
    html_url: str
    eml_url: str
    has_mail_server: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """A process of this installation."""

    name: str
    state: str  # starting | working | failing | silent
    since: datetime
    beat: datetime  # its last heartbeat


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage(PageContext):
    """The health of the installation."""

    calm: bool | None  # no incident is open; None: unknown
    coverage: Coverage
    gaps: tuple[Message, ...] = ()  # a sentence for each time of which posts are missing
    mentions: Mapping[str, int] = field(default_factory=dict)  # by analysis state, and deleted
    unsupported: Mapping[str, int] = field(default_factory=dict)  # mentions by language
    models: Mapping[str, int] = field(default_factory=dict)  # scored mentions by model
    replay: Mapping[str, Any] | None = None  # model and remaining mentions of a rescoring
    outbox: Mapping[str, int] = field(default_factory=dict)  # due, sent, failed
    shares: tuple[tuple[Message, ...], ...] = ()  # sentences on each watch with scored mentions
    drift: tuple[Message, ...] = ()  # a sentence for each source whose scores have shifted
    engine: str
    documents: int
    lag: int  # changes that are not indexed yet
    processes: tuple[ProcessRow, ...] = ()
    has_mail_server: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(PageContext):
    """An error and its remedy; ``status`` is the HTTP status."""

    status: int
    title: Message
    detail: str = ""
    remedy: Message
