"""What surrounds every page of the console, and the card that shows a mention."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from templates.contexts.base import Context
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The open incident that every page names on top."""

    name: str  # INC-7
    title: Message
    sentence: Message
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What surrounds every page."""

    section: str  # search | incidents | inbox | sources | status; "" for none of them
    open_incidents: int
    newest_age: timedelta | None  # age of the newest mention; None: there is none yet
    alarms: tuple[Alarm, ...] = ()
    outages: tuple[Message, ...] = ()  # what works no more, a sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext(Context):
    """Base of the pages: ``json_url`` is the page's twin, empty where it has none."""

    layout: Layout
    json_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A stretch of a text; *hit*: the engine matched it."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCard:
    """A mention as a card."""

    url: str  # its page
    original: str  # where it stands; only http and https are linked
    text_parts: tuple[TextPart, ...]
    language: str | None
    tone: str  # a sentiment, or unscored, pending, quarantined
    certainty: float | None  # probability of that sentiment, 0 to 1
    topics: tuple[str, ...]
    intents: tuple[str, ...] = ()  # complaint, churn_risk: what somebody should answer
    source: str
    voice: str  # a handle; empty: the source names no author
    published: datetime
    duplicate_count: int = 0  # further mentions of its family
    duplicates_url: str = ""
    incident: str = ""  # INC-7
    incident_url: str = ""
    state: str = "live"  # live | edited | deleted
    read_note: Message | None = None  # how much of a long text the tone stands for; None: all of it
