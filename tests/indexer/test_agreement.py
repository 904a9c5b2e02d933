"""Tantivy and the memory engine give the same responses after any changes in any batches.

tests/contracts compares their responses on one corpus; here the corpus is a random change feed.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.change import Change
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex
from indexer.query import parse
from indexer.request import Filters, HistogramRequest
from indexer.results import Sort
from tests.indexer.factories import NOON, SECOND, delete, queries, random_posts, search, upsert

pytestmark = pytest.mark.slow  # an index in files for each example
DAY = timedelta(days=1)
TEXTS = random_posts(40)
NAMES = [f"n{number}" for number in range(12)]


def make_change(number: int, name: str, text: str | None, days: int) -> Change:
    """Return change *number*: an upsert of the mention called *name*, or its deletion."""
    if text is None:
        return delete(number, name)
    mood = ["negative", "neutral", "positive", None][len(text) % 4]
    fields = {"sentiment": mood, "source": ("blog", name)[: 1 + days % 2]}
    return upsert(number, name, text, published=SECOND - days * 86_400, **fields)


CHANGES = st.lists(
    st.builds(
        make_change,
        st.integers(1, 30),
        st.sampled_from(NAMES),
        st.none() | st.sampled_from(TEXTS),
        st.integers(0, 40),
    ),
    max_size=40,
)


def batches(changes, sizes):
    """Yield *changes* in batches of *sizes*, then the rest."""
    for size in sizes:
        yield changes[:size]
        changes = changes[size:]
    yield changes


def responses(index, query):
    """Return all responses of an index to *query*."""
    filters = Filters(since=NOON - 90 * DAY, until=NOON + DAY)
    histogram = HistogramRequest(width=lambda _: DAY, zone=ZoneInfo("Europe/Berlin"))
    facets = ("source", "sentiment")
    parts = {"size": 50, "facets": facets, "histogram": histogram, "group_by_family": True}
    return {
        "groups": search(index, query, filters, **parts),
        "hits": search(index, query, size=50),
        "relevant": {hit.id for hit in search(index, query, sort=Sort.RELEVANCE, size=50).hits},
        "ids": list(index.ids(query)),
        "docs": index.health().docs,
    }


@settings(max_examples=60)
@given(CHANGES, st.lists(st.integers(0, 12), max_size=5), st.data())
def test_engines_agree_after_any_feed_in_any_batches(tmp_path_factory, changes, sizes, data):
    """Changes are edits, new times, deletions, returns, replays and numbers out of order."""
    memory = MemoryIndex()
    with TantivyIndex(tmp_path_factory.mktemp("index"), writer=True) as tantivy:
        tantivy.setup()
        for batch in batches(changes, sizes):
            assert tantivy.apply(batch) == memory.apply(batch)
        for index in (tantivy, memory):
            index.refresh()
        for query in ("", data.draw(queries(TEXTS, leaves=4)), parse("-source:blog")):
            request_query = parse(query) if query == "" else query
            assert responses(tantivy, request_query) == responses(memory, request_query)


@settings(max_examples=30)
@given(CHANGES, st.integers(0, 40), st.integers(0, 40))
def test_reopened_writer_continues(tmp_path_factory, changes, one, other):
    """The process can end between any two batches; changes sent again are stale."""
    folder, memory = tmp_path_factory.mktemp("index"), MemoryIndex()
    first, last = sorted((one, other))
    for batch in (changes[:last], changes[first:]):
        with TantivyIndex(folder, writer=True) as tantivy:
            tantivy.setup()
            assert tantivy.apply(batch) == memory.apply(batch)
    memory.refresh()
    with TantivyIndex(folder, writer=False) as reader:
        assert responses(reader, parse("")) == responses(memory, parse(""))


@settings(max_examples=30)
@given(CHANGES)
def test_only_the_newest_number_of_a_mention_applies(tmp_path_factory, changes):
    """In any order the result is the first change with the highest number."""
    newest: dict[str, Change] = {}
    for change in changes:
        if change.id not in newest or change.number > newest[change.id].number:
            newest[change.id] = change
    expected_index = MemoryIndex()
    expected_index.apply([*newest.values()])
    expected_index.refresh()
    with TantivyIndex(tmp_path_factory.mktemp("index"), writer=True) as tantivy:
        tantivy.setup()
        tantivy.apply(changes)
        tantivy.refresh()
        assert responses(tantivy, parse("")) == responses(expected_index, parse(""))
