"""Contexts of the brief and the digest: every sentence as a message, every number unrounded."""

from dataclasses import dataclass
from datetime import datetime

from templates.charts.geometry import Plot
from templates.contexts.base import Context, SentimentShare
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One key figure with its name and, if known, its change against normal."""

    value: Message
    label: Message
    note: Message | None
    is_alarming: bool = False  # the change is for the worse


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceQuote:
    """A quoted mention of an email, with the number of similar posts."""

    id: str
    text: str  # a safe excerpt (alerts.messages.quotes.excerpt)
    language: str | None  # ISO 639-1
    tone: str  # a sentiment or "unscored"
    source: str
    published: datetime | None  # None: unknown
    url: str  # its page in the console
    duplicate_count: int  # further mentions of its family
    read_note: Message | None = None  # analysed share of a long text; None: all of it
    author_notes: tuple[Message, ...] = ()  # the role unless customer, and perhaps irony


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A plot, the CID of its picture, and the alternative text of the picture."""

    plot: Plot
    cid: str
    alt: Message
    title: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Context):
    """The context of the chart in an email."""

    plot: Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason of an incident: a term with its share of the voices now and its usual share."""

    term: str
    now: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadSource:
    """A source of an incident: the time of its first post and its number of voices."""

    source: str
    first_post: datetime
    voices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Context):
    """One incident as an email, in the order of a responder's questions."""

    name: str  # INC-7
    severity: int  # 1 (worst) to 4
    kind: Message
    document: Message  # the name of the email: an incident or a news wave of the watch
    title: Message
    state_label: Message
    is_over: bool
    preheader: Message
    headline: Message
    lede: tuple[Message, ...]
    figures: tuple[Figure, ...]
    chart: Chart
    reasons: tuple[Reason, ...]
    spread: Message
    also: Message | None = None  # posts by others than customers; None: there are none
    spread_sources: tuple[SpreadSource, ...]
    quotes: tuple[VoiceQuote, ...]
    coverage: tuple[Message, ...]
    incident_url: str
    search_url: str
    search_label: Message
    revision_id: str  # id of this revision: inc-7.r3
    because: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNotice(Context):
    """A change of Harken itself, such as a source that brings no posts any more."""

    document: Message
    at: datetime
    preheader: Message
    headline: Message
    lede: tuple[Message, ...]
    url: str  # of the page to look at
    because: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCard:
    """An incident in a digest."""

    name: str
    title: Message
    sentences: tuple[Message, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """One line of the table of topics, or of other watches."""

    name: str
    url: str
    mentions: int
    sentiment_shares: tuple[SentimentShare, ...]
    change: float | None  # against usual, as a share: 0.5 is 50 % more; None: no history
    is_alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Context):
    """One local day of one watch; a quiet day shows only headline and completeness."""

    watch: str
    day: datetime  # its first instant
    is_quiet: bool
    preheader: Message
    headline: Message
    lede: tuple[Message, ...]
    safety: Message
    safety_tone: str  # calm | eye | alarm | unknown
    figures: tuple[Figure, ...]
    chart: Chart
    incidents: tuple[IncidentCard, ...]
    topics: tuple[TopicLine, ...]
    rivals: tuple[TopicLine, ...]
    quotes: tuple[VoiceQuote, ...]
    search_url: str
    coverage: tuple[Message, ...]
    because: Message
