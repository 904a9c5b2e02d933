"""What the pages of mentions show. Links are ready-made: a page decides nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from templates.charts.geometry import Plot
from templates.contexts.layout import MentionCard, PageContext
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOption:
    """An option of a select: *label* is said."""

    value: str
    label: Message
    is_selected: bool = False


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
    is_selected: bool = False
    tone: str = ""  # colours the sentiments


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """Counts by one field, under all other filters."""

    name: str  # one of console.search.params.FILTERS
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryMistake:
    """Why a query cannot be understood: the caret stands under *column* (from 0)."""

    message: str
    column: int
    hint: str = ""
    hint_url: str = ""  # the search with the hint taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(PageContext):
    """The mentions of [start, end) that match a query."""

    query: str
    ranges: tuple[SelectOption, ...]
    hidden_fields: tuple[tuple[str, str], ...] = ()  # parameters that the form sends along
    pills: tuple[Pill, ...] = ()
    clear_url: str = ""
    mistake: QueryMistake | None = None
    start: datetime
    end: datetime
    total: int = 0
    distinct: int | None = None  # families; None: not counted
    took: timedelta = timedelta()
    bucket: timedelta = timedelta(hours=1)  # the width of a bar
    chart: Plot | None = None
    facets: tuple[Facet, ...] = ()
    results: tuple[MentionCard, ...] = ()
    newer_url: str = ""
    older_url: str = ""
    wider_url: str = ""  # offered where nothing matches


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadScores:
    """What one head of a model said besides the sentiment, the likeliest class first."""

    label: Message
    probabilities: tuple[tuple[Message, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictDetails:
    """What one model said of a mention."""

    model: str
    watch: str  # empty: of the whole text
    tone: str
    probabilities: tuple[tuple[str, float], ...]
    heads: tuple[HeadScores, ...] = ()
    read_note: Message | None = None  # how much of a long text it read; None: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityLink:
    """Something to follow; *label* is said."""

    label: Message
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityGroup:
    """What a text names, of one kind."""

    label: Message
    links: tuple[EntityLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionPage(PageContext):
    """One mention with all that was said of it."""

    result: MentionCard
    verdicts: tuple[VerdictDetails, ...]
    entity_groups: tuple[EntityGroup, ...] = ()
    facts: tuple[tuple[Message, str], ...]  # id, uri, hashes: as they are
