"""What the pages of mentions show. Links are ready-made: a page decides nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from templates.charts.geometry import Plot
from templates.contexts.layout import Page, Result
from templates.i18n import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of a select: *label* is said."""

    value: str
    label: Phrase
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """A filter in force; its link takes it away."""

    field: str
    value: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One line of a facet; its link sets it, or takes it away where it is chosen."""

    label: str
    count: int
    share: float  # of the fullest line of its facet, 0 to 1
    url: str
    chosen: bool = False
    tone: str = ""  # colours the sentiments


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """Counts by one field, under all other filters."""

    name: str  # one of console.search.params.FILTERS
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Why a query cannot be understood: the caret stands under *column* (from 0)."""

    message: str
    column: int
    hint: str = ""
    hint_url: str = ""  # the search with the hint taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Page):
    """The mentions of [start, end) that match a query."""

    query: str
    ranges: tuple[Choice, ...]
    carried: tuple[tuple[str, str], ...] = ()  # parameters that the form sends along
    pills: tuple[Pill, ...] = ()
    clear_url: str = ""
    mistake: Mistake | None = None
    start: datetime
    end: datetime
    total: int = 0
    distinct: int | None = None  # families; None: not counted
    took: timedelta = timedelta()
    bucket: timedelta = timedelta(hours=1)  # the width of a bar
    chart: Plot | None = None
    facets: tuple[Facet, ...] = ()
    results: tuple[Result, ...] = ()
    newer_url: str = ""
    older_url: str = ""
    wider_url: str = ""  # offered where nothing matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What one head of a model said besides the sentiment, the likeliest class first."""

    label: Phrase
    probabilities: tuple[tuple[Phrase, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one model said of a mention."""

    model: str
    watch: str  # empty: of the whole text
    tone: str
    probabilities: tuple[tuple[str, float], ...]
    heads: tuple[Head, ...] = ()
    read: Phrase | None = None  # how much of a long text it read; None: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something to follow; *label* is said."""

    label: Phrase
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a text names, of one kind."""

    label: Phrase
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionPage(Page):
    """One mention with all that was said of it."""

    result: Result
    readings: tuple[Reading, ...]
    named: tuple[Group, ...] = ()
    facts: tuple[tuple[Phrase, str], ...]  # id, uri, hashes: as they are
