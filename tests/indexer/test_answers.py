"""Consistency of responses: pages, bars, facets and counts of a query are of the same hits.

These tests use the memory engine; the others have to equal it (tests/contracts).
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
    corpus,
    delete,
    histogram,
    key,
    queries,
    random_posts,
    search,
    upsert,
)

DAY = timedelta(days=1)
TEXTS = random_posts(120)
QUERIES = queries(TEXTS, leaves=4)
FILTERS = st.builds(
    lambda since, until, sources: Filters(
        since=NOON - since * DAY, until=NOON - until * DAY, fields={"source": sources}
    ),
    st.integers(40, 90),
    st.integers(0, 50),
    st.sampled_from([(), ("blog",), ("forum", "a feed")]),
)
few_examples = settings(max_examples=30)


@cache
def index() -> MemoryIndex:
    """Return an index of the corpus, for reading only."""
    memory_index = MemoryIndex()
    memory_index.apply(corpus(TEXTS))
    memory_index.refresh()
    return memory_index


def ids_of_pages(engine, query, size, **options):
    """Return the ids of all hits, fetched page by page."""
    ids, after = [], None
    while True:
        page = search(engine, query, size=size, page_token=after, **options)
        assert len(page.hits) == size or page.next_page_token is None
        ids += [hit.id for hit in page.hits]
        if page.next_page_token is None:
            return ids
        after = page.next_page_token


# ---- pages


@few_examples
@given(QUERIES, FILTERS, st.integers(1, 50), st.sampled_from(Sort))
def test_pages_of_any_size_have_each_hit_once_in_the_same_order(query, filters, size, sort):
    whole = search(index(), query, filters, size=200, sort=sort)
    assert ids_of_pages(index(), query, size, filters=filters, sort=sort) == [
        h.id for h in whole.hits
    ]
    assert whole.total == len(whole.hits) == index().count(query, filters)


@few_examples
@given(st.lists(st.sampled_from(["come", "go", "stay"]), max_size=30), st.integers(1, 7))
def test_changes_between_pages_duplicate_and_lose_no_hit(events, size):
    """Mentions that exist all the time are on exactly one page, others on at most one."""
    engine, number = MemoryIndex(), 100
    engine.apply([upsert(n, f"n{n}", published=SECOND - n // 3) for n in range(1, 40)])
    engine.refresh()
    constant_ids, ids, after = set(engine.ids()), [], None
    for event in [*events, *["stay"] * 40]:
        page = search(engine, parse(""), size=size, page_token=after)
        ids += [hit.id for hit in page.hits]
        if page.next_page_token is None:
            break
        after, number = page.next_page_token, number + 1
        if event == "come":
            engine.apply([upsert(number, f"n{number}", published=SECOND - number % 13)])
        elif event == "go":
            engine.apply([delete(number, f"n{number % 39 + 1}")])
            constant_ids.discard(key(f"n{number % 39 + 1}"))
        engine.refresh()
    assert constant_ids <= set(ids)
    assert len(ids) == len(set(ids))


def test_hit_of_a_page_token_can_be_deleted():
    """The next page begins after its former position."""
    engine = MemoryIndex()
    engine.apply([upsert(n, f"n{n}", published=SECOND - n) for n in range(1, 5)])
    engine.refresh()
    first = search(engine, parse(""), size=2)
    engine.apply([delete(9, "n2")])
    engine.refresh()
    rest = search(engine, parse(""), page_token=first.next_page_token)
    assert [hit.id for hit in rest.hits] == [key("n3"), key("n4")]


@pytest.mark.parametrize(
    "published", [EARLIEST_SECOND - 1, LATEST_SECOND, 99_999_999_999, -9_999_999_999]
)
def test_page_token_outside_the_valid_years_is_refused(published):
    """The sort order of tantivy has no number for it."""
    with pytest.raises(QueryError, match="page link is not valid"):
        parse_page_token(str(PageToken(published, key("a"))))


@given(st.text(max_size=50))
def test_any_text_is_a_page_token_or_an_error(text):
    with suppress(QueryError):
        assert parse_page_token(str(parse_page_token(text))) == parse_page_token(text)
    with suppress(QueryError):
        assert parse_rank(text) >= 0


# ---- bars


@few_examples
@given(
    QUERIES, FILTERS, st.sampled_from([6, 24, 48, 24 * 7]), st.sampled_from(["UTC", "Asia/Kolkata"])
)
def test_bars_count_every_hit_once(query, filters, hours, zone):
    """This holds by sentiment and for any step; each bar equals a search of its time."""
    buckets = histogram(index(), query, filters, step=timedelta(hours=hours), zone=ZoneInfo(zone))
    assert sum(bucket.total for bucket in buckets) == index().count(query, filters)
    for label in ("negative", "neutral", "positive"):
        total = sum(getattr(bucket.counts, label) for bucket in buckets)
        assert total == index().count(all_of([query, Field("sentiment", label)]), filters)
    assert all(bucket.end == later.start for bucket, later in pairwise(buckets))
    for bar in buckets[:3]:
        since, until = max(bar.start, filters.since), min(bar.end, filters.until)
        if since < until:
            narrow = Filters(since=since, until=until, fields=filters.fields)
            assert bar.total == index().count(query, narrow)


def test_without_a_hit_bars_are_empty():
    window = Filters(since=NOON - 3 * DAY, until=NOON)
    buckets = histogram(index(), parse("nosuchword"), window, step=DAY, zone=ZoneInfo("UTC"))
    assert [bucket.total for bucket in buckets] == [0, 0, 0, 0]


def test_histogram_needs_since_and_until():
    with pytest.raises(ValueError, match="since and until"):
        histogram(index(), parse(""), Filters(since=NOON), step=DAY, zone=ZoneInfo("UTC"))


# ---- top lists


@few_examples
@given(QUERIES, FILTERS, st.integers(1, 5))
def test_facet_counts_equal_searches_of_their_values(query, filters, n):
    """It is sorted by count, then by value, and omitted values have no higher count."""
    names = tuple(name for name in FIELDS if name not in filters.fields)
    counts = search(index(), query, filters, facets=names, facet_size=n).facets
    for name, rows in counts.items():
        assert rows == sorted(rows, key=lambda row: (-row[1], row[0]))
        for value, count in rows:
            assert count == index().count(all_of([query, Field(name, value)]), filters) > 0
        if len(rows) < n:  # all there are: the others have no value
            fields = [Field(name, value) for value, _ in rows]
            rest = all_of([query, none_of(any_of(fields))]) if fields else query
            longer = search(index(), query, filters, facets=(name,), facet_size=n + 50).facets[name]
            assert longer == rows
            assert search(index(), rest, filters, facets=(name,), facet_size=n).facets == {name: []}


@few_examples
@given(QUERIES, FILTERS, st.integers(1, 5))
def test_facet_is_counted_without_its_own_filter(query, filters, n):
    """Selected values are first, also those without hits, then the others as without a filter."""
    selected = filters.fields["source"]
    rows = search(index(), query, filters, facets=("source",), facet_size=n).facets["source"]
    others = filters.without("source")
    unfiltered_rows = search(index(), query, others, facets=("source",), facet_size=n).facets[
        "source"
    ]
    assert [value for value, _ in rows[: len(selected)]] == list(selected)
    for value, count in rows:
        assert count == index().count(all_of([query, Field("source", value)]), others)
    assert rows[len(selected) :] == [row for row in unfiltered_rows if row[0] not in selected]


@few_examples
@given(QUERIES, QUERIES, FILTERS)
def test_counts_of_and_or_not_add_up(one, other, filters):
    """The count of one or the other is the sum of both, minus the count of one and the other."""
    count = index().count
    both, either = count(all_of([one, other]), filters), count(any_of([one, other]), filters)
    assert either + both == count(one, filters) + count(other, filters)
    assert count(one, filters) + count(none_of(one), filters) == count(parse(""), filters)


@few_examples
@given(QUERIES, st.integers(0, 95), st.integers(0, 95))
def test_adjacent_windows_share_and_miss_no_hit(query, one, other):
    """A window is [since, until): a mention at the border belongs to the later one."""
    assume(one != other)
    early, late = NOON - max(one, other) * DAY, NOON - min(one, other) * DAY
    sides = [Filters(until=early), Filters(since=early, until=late), Filters(since=late)]
    ids_of_sides = [list(index().ids(query, side)) for side in sides]
    assert [*ids_of_sides[2], *ids_of_sides[1], *ids_of_sides[0]] == list(index().ids(query))
