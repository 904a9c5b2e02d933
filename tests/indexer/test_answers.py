"""What every answer owes to every other: pages, bars, top lists and counts are one set of hits.

On the memory engine, which the others must equal (tests/contracts).
"""

from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.change import EARLIEST_SECOND, LATEST_SECOND
from indexer.engines.memory import MemoryIndex
from indexer.query import Field, parse
from indexer.query.fields import FIELDS
from indexer.query.nodes import all_of, any_of, none_of
from indexer.request import Filters
from indexer.results import PageToken, Sort, parse_page_token, parse_rank
from tests.indexer.factories import (
    NOON,
    SECOND,
    ask,
    bars,
    corpus,
    delete,
    invented_posts,
    key,
    queries,
    upsert,
)

DAY = timedelta(days=1)
TEXTS = invented_posts(120)
QUERIES = queries(TEXTS, leaves=4)
FILTERS = st.builds(
    lambda since, until, sources: Filters(
        since=NOON - since * DAY, until=NOON - until * DAY, fields={"source": sources}
    ),
    st.integers(40, 90),
    st.integers(0, 50),
    st.sampled_from([(), ("blog",), ("forum", "a feed")]),
)
few = settings(max_examples=30)


@cache
def index() -> MemoryIndex:
    """The corpus; nobody writes to it."""
    made = MemoryIndex()
    made.apply(corpus(TEXTS))
    made.refresh()
    return made


def pages(engine, query, size, **how):
    """All hits, page by page."""
    seen, after = [], None
    while True:
        page = ask(engine, query, size=size, page_token=after, **how)
        assert len(page.hits) == size or page.next_page_token is None
        seen += [hit.id for hit in page.hits]
        if page.next_page_token is None:
            return seen
        after = page.next_page_token


# ---- pages


@few
@given(QUERIES, FILTERS, st.integers(1, 50), st.sampled_from(Sort))
def test_pages_of_any_size_hold_each_hit_once_and_in_the_same_order(query, filters, size, sort):
    whole = ask(index(), query, filters, size=200, sort=sort)
    assert pages(index(), query, size, filters=filters, sort=sort) == [h.id for h in whole.hits]
    assert whole.total == len(whole.hits) == index().count(query, filters)


@few
@given(st.lists(st.sampled_from(["come", "go", "stay"]), max_size=30), st.integers(1, 7))
def test_between_two_pages_anything_may_come_or_go(events, size):
    """What was there from the first page to the last is seen once, and nothing twice."""
    engine, number = MemoryIndex(), 100
    engine.apply([upsert(n, f"n{n}", published=SECOND - n // 3) for n in range(1, 40)])
    engine.refresh()
    there, seen, after = set(engine.ids()), [], None
    for event in [*events, *["stay"] * 40]:
        page = ask(engine, parse(""), size=size, page_token=after)
        seen += [hit.id for hit in page.hits]
        if page.next_page_token is None:
            break
        after, number = page.next_page_token, number + 1
        if event == "come":
            engine.apply([upsert(number, f"n{number}", published=SECOND - number % 13)])
        elif event == "go":
            engine.apply([delete(number, f"n{number % 39 + 1}")])
            there.discard(key(f"n{number % 39 + 1}"))
        engine.refresh()
    assert there <= set(seen)
    assert len(seen) == len(set(seen))


def test_the_hit_at_the_mark_may_be_gone():
    """The next page begins behind where it stood."""
    engine = MemoryIndex()
    engine.apply([upsert(n, f"n{n}", published=SECOND - n) for n in range(1, 5)])
    engine.refresh()
    first = ask(engine, parse(""), size=2)
    engine.apply([delete(9, "n2")])
    engine.refresh()
    rest = ask(engine, parse(""), page_token=first.next_page_token)
    assert [hit.id for hit in rest.hits] == [key("n3"), key("n4")]


@pytest.mark.parametrize(
    "published", [EARLIEST_SECOND - 1, LATEST_SECOND, 99_999_999_999, -9_999_999_999]
)
def test_a_mark_of_no_possible_mention_is_refused(published):
    """Beyond it the order of tantivy has no number."""
    with pytest.raises(QueryError, match="page link is not valid"):
        parse_page_token(str(PageToken(published, key("a"))))


@given(st.text(max_size=50))
def test_any_text_is_a_mark_or_refused_as_none(text):
    with suppress(QueryError):
        assert parse_page_token(str(parse_page_token(text))) == parse_page_token(text)
    with suppress(QueryError):
        assert parse_rank(text) >= 0


# ---- bars


@few
@given(
    QUERIES, FILTERS, st.sampled_from([6, 24, 48, 24 * 7]), st.sampled_from(["UTC", "Asia/Kolkata"])
)
def test_bars_hold_every_hit_once(query, filters, hours, zone):
    """By sentiment too, whatever the step; each bar is what a search of its time finds."""
    buckets = bars(index(), query, filters, step=timedelta(hours=hours), zone=ZoneInfo(zone))
    assert sum(bucket.total for bucket in buckets) == index().count(query, filters)
    for label in ("negative", "neutral", "positive"):
        told = sum(getattr(bucket.counts, label) for bucket in buckets)
        assert told == index().count(all_of([query, Field("sentiment", label)]), filters)
    assert all(bucket.end == later.start for bucket, later in pairwise(buckets))
    for bar in buckets[:3]:
        since, until = max(bar.start, filters.since), min(bar.end, filters.until)
        if since < until:
            narrow = Filters(since=since, until=until, fields=filters.fields)
            assert bar.total == index().count(query, narrow)


def test_without_a_hit_bars_are_empty():
    window = Filters(since=NOON - 3 * DAY, until=NOON)
    buckets = bars(index(), parse("nosuchword"), window, step=DAY, zone=ZoneInfo("UTC"))
    assert [bucket.total for bucket in buckets] == [0, 0, 0, 0]


def test_a_histogram_needs_a_closed_window():
    with pytest.raises(ValueError, match="since and until"):
        bars(index(), parse(""), Filters(since=NOON), step=DAY, zone=ZoneInfo("UTC"))


# ---- top lists


@few
@given(QUERIES, FILTERS, st.integers(1, 5))
def test_a_top_list_counts_what_a_search_of_its_value_finds(query, filters, n):
    """Most first, ties by value, and no value that is left out has more."""
    names = tuple(name for name in FIELDS if name not in filters.fields)
    counts = ask(index(), query, filters, facets=names, facet_size=n).facets
    for name, counted in counts.items():
        assert counted == sorted(counted, key=lambda row: (-row[1], row[0]))
        for value, count in counted:
            assert count == index().count(all_of([query, Field(name, value)]), filters) > 0
        if len(counted) < n:  # all there are: the others have no value
            known = [Field(name, value) for value, _ in counted]
            rest = all_of([query, none_of(any_of(known))]) if known else query
            longer = ask(index(), query, filters, facets=(name,), facet_size=n + 50).facets[name]
            assert longer == counted
            assert ask(index(), rest, filters, facets=(name,), facet_size=n).facets == {name: []}


@few
@given(QUERIES, FILTERS, st.integers(1, 5))
def test_a_field_is_counted_without_its_own_filter(query, filters, n):
    """The selected values come first, those without hits too, then the others as without them."""
    selected = filters.fields["source"]
    counted = ask(index(), query, filters, facets=("source",), facet_size=n).facets["source"]
    others = filters.without("source")
    free = ask(index(), query, others, facets=("source",), facet_size=n).facets["source"]
    assert [value for value, _ in counted[: len(selected)]] == list(selected)
    for value, count in counted:
        assert count == index().count(all_of([query, Field("source", value)]), others)
    assert counted[len(selected) :] == [row for row in free if row[0] not in selected]


@few
@given(QUERIES, QUERIES, FILTERS)
def test_counts_add_up(one, other, filters):
    """What fits one or the other is what fits each, less what fits both."""
    count = index().count
    both, either = count(all_of([one, other]), filters), count(any_of([one, other]), filters)
    assert either + both == count(one, filters) + count(other, filters)
    assert count(one, filters) + count(none_of(one), filters) == count(parse(""), filters)


@few
@given(QUERIES, st.integers(0, 95), st.integers(0, 95))
def test_neighbouring_times_share_no_hit_and_miss_none(query, one, other):
    """[since, until): a mention at the border belongs to the later side."""
    assume(one != other)
    early, late = NOON - max(one, other) * DAY, NOON - min(one, other) * DAY
    sides = [Filters(until=early), Filters(since=early, until=late), Filters(since=late)]
    found = [list(index().ids(query, side)) for side in sides]
    assert [*found[2], *found[1], *found[0]] == list(index().ids(query))
