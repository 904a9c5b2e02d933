"""Contexts of the search page and the page of a mention. All links are complete URLs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from templates.charts.geometry import Plot
from templates.contexts.layout import MentionCard, PageContext
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOption:
    """An option of a select element; ``label`` is translated."""

    value: str
    label: Message
    is_selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """An active filter; its link removes it."""

    field: str
    value: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One line of a facet; its link sets the filter, or removes it if it is selected."""

    label: str
    count: int
    share: float  # of the largest count of its facet, 0 to 1
    url: str
    is_selected: bool = False
    tone: str = ""  # colours the sentiments


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """Counts by one field, with all filters but its own applied."""

    name: str  # one of console.search.params.FILTERS
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryMistake:
    """The reason why a search has no results; the caret is shown under ``column`` (from 0)."""

    message: str
    column: int | None  # None: the query is not wrong
    hint: str = ""
    hint_url: str = ""  # the search with the hint applied


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(PageContext):
    """The mentions of [start, end) that match a query."""

    query: str
    ranges: tuple[SelectOption, ...]
    hidden_fields: tuple[tuple[str, str], ...] = ()  # names and values of the form's hidden inputs
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
    wider_url: str = ""  # the same search over a longer period, offered without results


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadScores:
    """The prediction of one head of a model besides the sentiment, likeliest class first."""

    label: Message
    probabilities: tuple[tuple[Message, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictDetails:
    """The predictions of one model for a mention."""

    model: str
    watch: str  # target of the sentiment; empty: the whole text
    tone: str
    probabilities: tuple[tuple[str, float], ...]
    heads: tuple[HeadScores, ...] = ()
    read_note: Message | None = None  # analysed share of a long text; None: all of it
    rule_notes: tuple[Message, ...] = ()  # a rule or prior changed the sentiment
    why_url: str = ""  # the words behind this sentiment; empty: it is not the newest score


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityLink:
    """A link to the search for one entity; ``label`` is translated."""

    label: Message
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityGroup:
    """The entities of one kind in a text."""

    label: Message
    links: tuple[EntityLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRow:
    """The likes, replies and the like of a post at one time."""

    at: str  # UTC
    counts: tuple[tuple[Message, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionPage(PageContext):
    """One mention with its verdicts and entities."""

    result: MentionCard
    verdicts: tuple[VerdictDetails, ...]
    author: Message  # its role, with the evidence
    unscored_note: Message | None = None  # why there is no verdict
    entity_groups: tuple[EntityGroup, ...] = ()
    facts: tuple[tuple[Message, str], ...]  # labels and raw values: id, URI, hashes
    engagement: tuple[EngagementRow, ...] = ()  # newest first
