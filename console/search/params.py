"""The parameters of a search. The URL is the state: one model parses, checks and writes it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlencode

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from core.mention import Emotion, Intent, Sentiment
from core.role import Role
from core.timestamps import format_utc, parse_utc
from indexer.request import MAX_HISTORY, Filters
from indexer.results import Sort

RANGES: Final = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "28d": timedelta(days=28),
}
FILTERS: Final = (
    *("sentiment", "role", "source", "topic", "intent", "emotion"),
    *("language", "place", "tag", "watch"),
)
MAX_WINDOW: Final = MAX_HISTORY  # still drawn in bars of a week
MIN_WINDOW: Final = timedelta(minutes=1)  # an incident may end at its onset
VALID_YEARS: Final = range(1970, 2200)  # other years overflow in time zone arithmetic
MAX_BACK_PAGES: Final = 50  # pages that a reader can go back


def _parse_instant(raw: Any) -> datetime:
    with suppress(ValueError, OverflowError):
        at = parse_utc(raw) if isinstance(raw, str) else raw
        if isinstance(at, datetime) and at.year in VALID_YEARS:
            return at
    raise ValueError("should be a time such as 2026-11-22T06:00:00Z")


Instant = Annotated[datetime, BeforeValidator(_parse_instant)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Values = Annotated[tuple[Value, ...], Field(max_length=50)]
# Written by indexer.results: a second and an id (newest first), or a rank (by relevance).
PageTokenParam = Annotated[
    str, StringConstraints(pattern=r"^(-?[0-9]{1,11}\.[0-9a-f]{32}|[0-9]{1,5})$")
]


class SearchParams(BaseModel):
    """Parameters of ``/``. Any change except one of ``after`` returns to the first page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str = ""
    range: Literal["24h", "7d", "28d", "all", "chosen"] = "7d"
    from_: Instant | None = Field(None, alias="from")  # these two apply only to range=chosen
    to: Instant | None = None
    sentiment: tuple[Sentiment, ...] = ()
    emotion: tuple[Emotion, ...] = ()
    intent: tuple[Intent, ...] = ()
    role: tuple[Role, ...] = ()
    source: Values = ()
    topic: Values = ()
    language: Values = ()
    place: Values = ()
    tag: Values = ()
    watch: Values = ()
    sort: Sort = Sort.NEWEST
    # The page token of each page so far, oldest first.
    after: Annotated[tuple[PageTokenParam, ...], Field(max_length=MAX_BACK_PAGES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _infer_range(cls, raw: Any) -> Any:
        """Set ``range`` for links with ``from`` and ``to`` alone, as emails have them."""
        if isinstance(raw, Mapping) and "range" not in raw and raw.keys() & {"from", "to"}:
            return {**raw, "range": "chosen"}
        return raw

    @model_validator(mode="after")
    def _check_window(self) -> Self:
        if self.range == "chosen":
            if self.from_ is None and self.to is None:
                raise ValueError("a custom range needs from, to or both")
            if self.from_ and self.to and not timedelta() <= self.to - self.from_ <= MAX_WINDOW:
                raise ValueError("from should be before to, by at most ten years")
        return self

    def window(self, now: datetime) -> tuple[datetime | None, datetime]:
        """Return the window [start, end); start None means from the first mention on."""
        if self.range in RANGES:
            return now - RANGES[self.range], now
        if self.range == "all":
            return None, now
        if self.from_ is None:
            return None, self.to or now
        return self.from_, max(self.to or now, self.from_ + MIN_WINDOW)

    def filters(self, start: datetime, end: datetime) -> Filters:
        """Return the filters of the window [start, end)."""
        fields = {name: getattr(self, name) for name in FILTERS}
        return Filters(since=start, until=end, fields={n: v for n, v in fields.items() if v})

    def url(self, path: str = "/", **changes: Any) -> str:
        """Return the canonical address of the parameters with *changes*, without default values."""
        updates = {"after": ()} | changes if changes else {}
        query = urlencode(self.model_copy(update=updates).parameters())
        return f"{path}?{query}" if query else path

    def toggle(self, field: str, value: str) -> str:
        """Return the address with *value* added to the filter *field*, or removed if present."""
        current: tuple[str, ...] = getattr(self, field)
        others = tuple(v for v in current if v != value)
        changes: dict[str, Any] = {field: others if value in current else (*current, value)}
        return self.url(**changes)

    def unfiltered_url(self) -> str:
        """Return the address without any filter."""
        no_filters: dict[str, Any] = dict.fromkeys(FILTERS, ())
        return self.url(**no_filters)

    def older_url(self, page_token: str, path: str = "/") -> str:
        """Return the address of the page after *page_token*."""
        return self.url(path, after=(*self.after, page_token)[-MAX_BACK_PAGES:])

    def newer_url(self) -> str:
        """Return the address of the page before this one; empty on the first page."""
        return self.url(after=self.after[:-1]) if self.after else ""

    def parameters(self) -> list[tuple[str, str]]:
        """Return names and values in their order in the address; empty values are left out."""
        first = [("q", self.q), *self.window_parameters(), *self.filter_pairs()]
        last = [("sort", "" if self.sort is Sort.NEWEST else str(self.sort))]
        return [pair for pair in (*first, *last, *(("after", m) for m in self.after)) if pair[1]]

    def window_parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of the window; none for the default range."""
        if self.range == "chosen":
            return [("from", format_utc(self.from_) or ""), ("to", format_utc(self.to) or "")]
        return [] if self.range == "7d" else [("range", self.range)]

    def filter_pairs(self) -> Sequence[tuple[str, str]]:
        """Return each filter with each of its values, in the order of FILTERS."""
        return [(name, str(value)) for name in FILTERS for value in getattr(self, name)]
