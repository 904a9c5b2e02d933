"""Every engine answers as the memory engine does, which looks at each mention."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.watch import Watch
from indexer.engines.memory import MemoryIndex
from indexer.index import MentionIndex
from indexer.percolate import Percolator
from indexer.query import parse
from indexer.query.fields import FIELDS
from indexer.query.watch_query import compile_watch
from indexer.request import Filters, HistogramRequest, SearchRequest
from indexer.results import Sort
from tests.indexer.engine_starts import ENGINES, STARTS, fill, texts
from tests.indexer.factories import NOON, corpus, histogram, queries, search

DAY = timedelta(days=1)
WHOLE_CORPUS = Filters(since=NOON - 91 * DAY, until=NOON + DAY)
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago"]


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
    page, expected = search(filled, query), search(oracle, query)
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
    whole = search(filled, query, sort=Sort.RELEVANCE, size=500)
    while True:
        page = search(filled, query, sort=Sort.RELEVANCE, size=9, page_token=after)
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
    zone=st.sampled_from(ZONES),
)
def test_bars_are_those_of_the_oracle_and_hold_every_hit(filled, oracle, query, step, zone):
    """By sentiment, empty bars too, in every zone and across changes of the clocks."""
    how = {"step": step, "zone": ZoneInfo(zone)}
    buckets = histogram(filled, query, WHOLE_CORPUS, **how)
    assert buckets == histogram(oracle, query, WHOLE_CORPUS, **how)
    assert sum(bucket.total for bucket in buckets) == filled.count(query)


@settings(max_examples=15)
@given(query=queries(texts(), leaves=3), n=st.integers(1, 12))
def test_facets_are_exact(filled, oracle, query, n):
    """Of every field, with ties in order, though segments and shards count by themselves."""
    how = {"facets": (*FIELDS,), "facet_size": n}
    assert search(filled, query, **how).facets == search(oracle, query, **how).facets


@settings(max_examples=25)
@given(query=queries(texts()))
def test_count_is_total_is_ids(filled, query):
    """One truth, asked in three ways."""
    ids = list(filled.ids(query))
    assert filled.count(query) == search(filled, query, size=1).total == len(ids) == len(set(ids))


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


# ---- one request with all its parts


def responses(index, **parts):
    """Yield the response of each page."""
    token = None
    while True:
        response = index.search(SearchRequest(page_token=token, **parts))
        yield response
        if (token := response.next_page_token) is None:
            return


def without_scores(response):
    """Return *response* with hits that two engines have in common."""
    hits = [(hit.id, hit.highlights, hit.group_size) for hit in response.hits]
    return replace(response, hits=(), next_page_token=None), hits, response.next_page_token


REQUESTS = st.fixed_dictionaries(
    {
        "query": queries(texts(), leaves=3),
        "filters": st.builds(
            lambda days, languages, sources: Filters(
                since=NOON - max(days) * DAY,
                until=NOON - (min(days) - 2) * DAY,
                fields={"language": languages, "source": sources},
            ),
            st.tuples(st.integers(0, 95), st.integers(0, 95)),
            st.sampled_from([(), ("en", "de"), ("en",)]),
            st.sampled_from([(), ("blog",), ("nowhere", "forum")]),
        ),
        "group_by_family": st.booleans(),
        "size": st.sampled_from([20, 50, 99]),
        "facets": st.sampled_from([(), ("source", "family"), ("language", "topic", "source")]),
        "facet_size": st.integers(1, 12),
        "histogram": st.none()
        | st.builds(
            HistogramRequest,
            width=st.sampled_from([6, 24, 24 * 7]).map(lambda h: lambda _: timedelta(hours=h)),
            zone=st.sampled_from(ZONES).map(ZoneInfo),
            past_weeks=st.integers(0, 4),
            starts_at_first_mention=st.booleans(),
        ),
    }
)


@settings(max_examples=20)
@given(parts=REQUESTS)
def test_all_pages_of_a_request_are_those_of_the_oracle(filled, oracle, parts):
    """Hits, groups and their sizes, facets, bars and their past, and the links between pages."""
    pages, expected = responses(filled, **parts), responses(oracle, **parts)
    for page, oracle_page in zip(pages, expected, strict=True):
        assert without_scores(page) == without_scores(oracle_page)


@settings(max_examples=10)
@given(parts=REQUESTS)
def test_groups_by_relevance_are_those_of_the_oracle(filled, oracle, parts):
    """Engines score differently, but each group has one hit and all its members are counted."""
    parts = parts | {"sort": Sort.RELEVANCE, "group_by_family": True}
    pages = list(responses(filled, **parts))
    expected = list(responses(oracle, **parts))
    assert group_sizes(pages) == group_sizes(expected)
    rows = [hit for page in pages for hit in page.hits]
    if rows and rows[0].score is not None:
        order = [(-hit.score, -hit.document.published, hit.id) for hit in rows]
        assert order == sorted(order)
    one_page = next(responses(filled, **parts | {"size": 500}))
    assert [hit.id for hit in rows] == [hit.id for hit in one_page.hits]


def group_sizes(pages):
    """Return the sizes of all groups by their family, and of those without one."""
    hits = [hit for page in pages for hit in page.hits]
    assert len({hit.document.family or hit.id for hit in hits}) == len(hits)
    totals = {(page.total, page.groups) for page in pages}
    return totals, sorted((hit.document.family or "", hit.group_size) for hit in hits)
