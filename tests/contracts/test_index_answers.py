"""Every engine answers as the memory engine does, which looks at each mention."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.watch import Watch
from indexer.engines.memory import MemoryIndex
from indexer.index import Filters, MentionIndex
from indexer.percolate import Percolator
from indexer.query import parse
from indexer.query.fields import FIELDS
from indexer.query.watch_query import compile_watch
from indexer.results import Sort
from tests.indexer.engines import ENGINES, STARTS, fill, texts
from tests.indexer.factories import NOON, corpus, queries

DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=[name for name in ENGINES if name.values != ("memory",)])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MentionIndex]:
    """Each engine in turn, with the corpus; nobody writes to it."""
    for index in STARTS[request.param](tmp_path_factory.mktemp("filled")):
        index.setup()
        yield fill(index)


@pytest.fixture(scope="module")
def oracle() -> MentionIndex:
    """What the others must answer."""
    return fill(MemoryIndex())


@settings(max_examples=60)
@given(query=queries(texts()))
def test_random_queries_find_what_the_oracle_finds(filled, oracle, query):
    """Count and first page, in order, on invented words and on words of real posts."""
    page, expected = filled.search(query), oracle.search(query)
    assert (page.total, [hit.id for hit in page.hits]) == (
        expected.total,
        [hit.id for hit in expected.hits],
    )
    assert [hit.highlights for hit in page.hits] == [hit.highlights for hit in expected.hits]


@settings(max_examples=40)
@given(
    query=queries(texts()),
    days=st.tuples(st.integers(0, 95), st.integers(0, 95)),
    source=st.sampled_from([(), ("blog",), ("forum", "a feed")]),
)
def test_filters_narrow_as_in_the_oracle(filled, oracle, query, days, source):
    """[since, until) and one of the values of a field; an empty choice is none."""
    since, until = (NOON - day * DAY for day in sorted(days, reverse=True))
    filters = Filters(since=since, until=until, fields={"source": source})
    assert list(filled.ids(query, filters)) == list(oracle.ids(query, filters))


def test_the_deepest_query_that_parses_is_answered(filled, oracle):
    """With filters around it too: no engine has a lower limit than the parser."""
    text = "a"
    for level in range(27):
        text = f"({text} OR b)" if level % 2 == 0 else f"({text} c)"
    filters = Filters(since=NOON - 90 * DAY, fields={"source": ("blog", "forum")})
    assert filled.count(parse(text), filters) == oracle.count(parse(text), filters)
    with pytest.raises(QueryError, match="levels"):
        parse(f"({text}) c (d OR e)")


def test_paging_by_relevance_is_complete(filled):
    """Page after page the same hits as on one long page."""
    query, seen, after = parse("you OR love"), [], None
    whole = filled.search(query, sort=Sort.RELEVANCE, size=500)
    while True:
        page = filled.search(query, sort=Sort.RELEVANCE, size=9, page_token=after)
        seen += [hit.id for hit in page.hits]
        if (after := page.next_page_token) is None:
            break
    assert seen == [hit.id for hit in whole.hits]
    places = [(-hit.score, -hit.document.published, hit.id) for hit in whole.hits]
    assert places == sorted(places)


@settings(max_examples=15)
@given(
    query=queries(texts(), leaves=3),
    step=st.sampled_from([timedelta(hours=6), timedelta(hours=5), DAY, 7 * DAY]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago"]),
)
def test_bars_are_those_of_the_oracle_and_hold_every_hit(filled, oracle, query, step, zone):
    """By sentiment, empty bars too, in every zone and across changes of the clocks."""
    bars = filled.histogram(query, step=step, zone=ZoneInfo(zone))
    assert bars == oracle.histogram(query, step=step, zone=ZoneInfo(zone))
    assert sum(bar.total for bar in bars) == filled.count(query)


@settings(max_examples=15)
@given(query=queries(texts(), leaves=3), n=st.integers(1, 12))
def test_facets_are_exact(filled, oracle, query, n):
    """Of every field, with ties in order, though segments and shards count by themselves."""
    assert filled.facets(query, fields=[*FIELDS], n=n) == oracle.facets(
        query, fields=[*FIELDS], n=n
    )


@settings(max_examples=25)
@given(query=queries(texts()))
def test_count_is_total_is_ids(filled, query):
    """One truth, asked in three ways."""
    ids = list(filled.ids(query))
    assert filled.count(query) == filled.search(query, size=1).total == len(ids) == len(set(ids))


@settings(max_examples=40)
@given(query=queries(texts()))
def test_a_watch_hears_what_a_search_finds(filled, query):
    """The matcher of the crawl and the engine are one semantics."""
    try:
        compile_watch(str(query))
    except QueryError:
        return  # it names a field or no word: no watch can be made of it
    percolator = Percolator(
        [Watch(slug="w", name="w", kind="brand", query=str(query), revision="1")]
    )
    heard = {change.id for change in corpus(texts()) if percolator.match(change.document.text)}
    assert set(filled.ids(query)) == heard
