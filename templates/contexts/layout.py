"""The frame of every page of the console, and the card of a mention."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from templates.contexts.base import Context
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An open incident in the banner of every page."""

    name: str  # INC-7
    title: Message
    sentence: Message
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsNotice:
    """An edit of harken.yaml that does not apply, in the banner of every page."""

    sentences: tuple[Message, ...]
    mistakes: tuple[str, ...] = ()  # one line each: file, line, column, setting and what is right


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyNote:
    """The reason why there is nothing to show yet, and the way out of it."""

    title: Message
    sentences: tuple[Message, ...]
    lines: str = ""  # to copy into the settings file
    final_sentence: Message | None = None  # below the lines
    url: str = ""  # a page that shows more
    link: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The content of the frame around every page."""

    section: str  # search | incidents | inbox | sources | status; "" for none of them
    open_incidents: int
    newest_age: timedelta | None  # age of the newest mention; None: there is none yet
    alarms: tuple[Alarm, ...] = ()
    outages: tuple[Message, ...] = ()  # one sentence per outage
    settings: SettingsNotice | None = None  # None: the settings file applies as it is
    is_fetching: bool = True  # False: no source is crawled with success
    empty_note: EmptyNote | None = None  # None: there is something to show
    backlog: Message | None = None  # None: no mention waits to be scored


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext(Context):
    """Base of the pages; ``json_url`` is the same page as JSON, empty if there is none."""

    layout: Layout
    json_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A part of a text; ``is_hit``: the query matched it."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCard:
    """A mention as a card."""

    url: str  # its page in the console
    original: str  # URL of the original post; only http and https are linked
    text_parts: tuple[TextPart, ...]
    language: str | None
    tone: str  # a sentiment, or unscored, pending, quarantined
    certainty: float | None  # probability of that sentiment, 0 to 1
    topics: tuple[str, ...]
    intents: tuple[str, ...] = ()  # complaint, churn_risk: those that need a response
    source: str
    voice: str  # pseudonymous handle; empty: the source names no author
    published: datetime | None  # None: unknown
    duplicate_count: int = 0  # further mentions of its family
    duplicates_url: str = ""
    incident: str = ""  # INC-7
    incident_url: str = ""
    state: str = "live"  # live | edited | deleted
    read_note: Message | None = None  # analysed share of a long text; None: all of it
    author_notes: tuple[Message, ...] = ()  # the role unless customer, and perhaps irony
    undated: str | None = None  # why published is unknown: a core.timestamps.DateProblem
