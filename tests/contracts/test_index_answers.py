"""Every engine gives the responses of the memory engine, which compares each mention."""

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
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MentionIndex]:
    """Yield each engine with the corpus, for reading only."""
    for index in STARTS[request.param](tmp_path_factory.mktemp("filled")):
        index.setup()
        yield fill(index)


@pytest.fixture(scope="module")
def memory_index() -> MentionIndex:
    """Return the memory engine with the corpus, which others have to equal."""
    return fill(MemoryIndex())


@settings(max_examples=60)
@given(query=queries(texts()))
def test_random_queries_have_the_hits_of_the_memory_engine(index, memory_index, query):
    """This holds for count and first page, with random words and words of real posts."""
    page, expected_result = search(index, query), search(memory_index, query)
    assert (page.total, [hit.id for hit in page.hits]) == (
        expected_result.total,
        [hit.id for hit in expected_result.hits],
    )
    assert [hit.highlights for hit in page.hits] == [hit.highlights for hit in expected_result.hits]


@settings(max_examples=40)
@given(
    query=queries(texts()),
    days=st.tuples(st.integers(0, 95), st.integers(0, 95)),
    source=st.sampled_from([(), ("blog",), ("forum", "a feed")]),
)
def test_filters_select_as_in_the_memory_engine(index, memory_index, query, days, source):
    """A filter is [since, until) and one of the values of a field; no values are no filter."""
    since, until = (NOON - day * DAY for day in sorted(days, reverse=True))
    filters = Filters(since=since, until=until, fields={"source": source})
    assert list(index.ids(query, filters)) == list(memory_index.ids(query, filters))


def test_deepest_valid_query_has_a_response(index, memory_index):
    """This holds with filters, too: no engine has a lower limit than the parser."""
    text = "a"
    for level in range(27):
        text = f"({text} OR b)" if level % 2 == 0 else f"({text} c)"
    filters = Filters(since=NOON - 90 * DAY, fields={"source": ("blog", "forum")})
    assert index.count(parse(text), filters) == memory_index.count(parse(text), filters)
    with pytest.raises(QueryError, match="levels"):
        parse(f"({text}) c (d OR e)")


def test_paging_by_relevance_is_complete(index):
    """Pages have the same hits as one long page."""
    query, ids, after = parse("you OR love"), [], None
    one_page = search(index, query, sort=Sort.RELEVANCE, size=500)
    while True:
        page = search(index, query, sort=Sort.RELEVANCE, size=9, page_token=after)
        ids += [hit.id for hit in page.hits]
        if (after := page.next_page_token) is None:
            break
    assert ids == [hit.id for hit in one_page.hits]
    positions = [(-hit.score, -hit.document.published, hit.id) for hit in one_page.hits]
    assert positions == sorted(positions)


@settings(max_examples=15)
@given(
    query=queries(texts(), leaves=3),
    step=st.sampled_from([timedelta(hours=6), timedelta(hours=5), DAY, 7 * DAY]),
    zone=st.sampled_from(ZONES),
)
def test_bars_equal_the_memory_engine_and_count_every_hit(index, memory_index, query, step, zone):
    """This holds by sentiment, for empty bars, in every zone and across clock changes."""
    options = {"step": step, "zone": ZoneInfo(zone)}
    buckets = histogram(index, query, WHOLE_CORPUS, **options)
    assert buckets == histogram(memory_index, query, WHOLE_CORPUS, **options)
    assert sum(bucket.total for bucket in buckets) == index.count(query)


@settings(max_examples=15)
@given(query=queries(texts(), leaves=3), n=st.integers(1, 12))
def test_facets_are_exact(index, memory_index, query, n):
    """This holds for every field, with ties in order, across segments and shards."""
    options = {"facets": (*FIELDS,), "facet_size": n}
    assert search(index, query, **options).facets == search(memory_index, query, **options).facets


@settings(max_examples=25)
@given(query=queries(texts()))
def test_count_total_and_ids_agree(index, query):
    """Three methods give the same number."""
    ids = list(index.ids(query))
    assert index.count(query) == search(index, query, size=1).total == len(ids) == len(set(ids))


@settings(max_examples=40)
@given(query=queries(texts()))
def test_watch_matches_the_hits_of_its_search(index, query):
    """The matcher of the crawl and the engine have the same semantics."""
    try:
        compile_watch(str(query))
    except QueryError:
        return  # it has a field or no word: it is no query of a watch
    percolator = Percolator(
        [Watch(slug="w", name="w", kind="brand", query=str(query), revision="1")]
    )
    matching_ids = {
        change.id for change in corpus(texts()) if percolator.match(change.document.text)
    }
    assert set(index.ids(query)) == matching_ids


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
def test_all_pages_of_a_request_equal_the_memory_engine(index, memory_index, parts):
    """This holds for hits, groups, facets, bars with normal levels, and page tokens."""
    pages, expected_result = responses(index, **parts), responses(memory_index, **parts)
    for page, expected_page in zip(pages, expected_result, strict=True):
        assert without_scores(page) == without_scores(expected_page)


@settings(max_examples=10)
@given(parts=REQUESTS)
def test_groups_by_relevance_equal_the_memory_engine(index, memory_index, parts):
    """Engines score differently, but each group has one hit and the number of its mentions."""
    parts = parts | {"sort": Sort.RELEVANCE, "group_by_family": True}
    pages = list(responses(index, **parts))
    expected_result = list(responses(memory_index, **parts))
    assert group_sizes(pages) == group_sizes(expected_result)
    rows = [hit for page in pages for hit in page.hits]
    if rows and rows[0].score is not None:
        order = [(-hit.score, -hit.document.published, hit.id) for hit in rows]
        assert order == sorted(order)
    one_page = next(responses(index, **parts | {"size": 500}))
    assert [hit.id for hit in rows] == [hit.id for hit in one_page.hits]


def group_sizes(pages):
    """Return the sizes of all groups by their family, and of those without one."""
    hits = [hit for page in pages for hit in page.hits]
    assert len({hit.document.family or hit.id for hit in hits}) == len(hits)
    totals = {(page.total, page.groups) for page in pages}
    return totals, sorted((hit.document.family or "", hit.group_size) for hit in hits)
