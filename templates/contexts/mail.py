"""What the two letters show: every sentence as a phrase, every number as it was counted."""

from dataclasses import dataclass
from datetime import datetime

from templates.charts.geometry import Plot
from templates.contexts.base import Context, SentimentShare
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One big number with its name and, where known, its change against usual."""

    value: Message
    label: Message
    note: Message | None
    is_alarming: bool = False  # the change is for the worse


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceQuote:
    """A mention worth reading in a letter, with whatever much resembles it folded in."""

    id: str
    text: str  # a safe excerpt (alerts.messages.quotes.excerpt)
    language: str | None  # ISO 639-1
    tone: str  # a sentiment or "unscored"
    source: str
    published: datetime
    url: str  # where it stands in the console
    duplicate_count: int  # further mentions of its family
    read_note: Message | None = None  # how much of a long text the tone stands for; None: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A plot, the CID of its picture and the sentence for whoever sees no picture."""

    plot: Plot
    cid: str
    alt: Message
    title: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Context):
    """The chart as it is drawn for a letter."""

    plot: Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A term that drives an incident: its share of the voices now, and what is usual."""

    term: str
    now: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadSource:
    """A source that carried an incident: when it was first heard there, how many voices."""

    source: str
    first_post: datetime
    voices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Context):
    """One incident by mail, answers in the order in which a responder asks."""

    name: str  # INC-7
    severity: int  # 1 (worst) to 4
    kind: Message
    watch: str
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
    spread_sources: tuple[SpreadSource, ...]
    quotes: tuple[VoiceQuote, ...]
    coverage: tuple[Message, ...]
    incident_url: str
    search_url: str
    revision_id: str  # id of this revision: inc-7.r3
    because: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCard:
    """An incident inside a digest."""

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
    change: float | None  # against usual, as a share: 0.5 is half as much again; None: no history
    is_alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Context):
    """One local day of one watch; of a quiet one only headline and completeness are shown."""

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
