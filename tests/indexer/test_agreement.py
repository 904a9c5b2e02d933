"""Whatever is told to them, in whatever batches and orders, tantivy and memory show the same.

tests/contracts compares their answers on one corpus; here the corpus is what a feed made of it.
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
from tests.indexer.factories import NOON, SECOND, ask, delete, invented_posts, queries, upsert

pytestmark = pytest.mark.slow  # an index in files for each example
DAY = timedelta(days=1)
TEXTS = invented_posts(40)
NAMES = [f"n{number}" for number in range(12)]


def told(number: int, name: str, text: str | None, days: int) -> Change:
    """Change *number*: the mention called *name* says *text*, or is gone."""
    if text is None:
        return delete(number, name)
    mood = ["negative", "neutral", "positive", None][len(text) % 4]
    said = {"sentiment": mood, "source": ("blog", name)[: 1 + days % 2]}
    return upsert(number, name, text, published=SECOND - days * 86_400, **said)


CHANGES = st.lists(
    st.builds(
        told,
        st.integers(1, 30),
        st.sampled_from(NAMES),
        st.none() | st.sampled_from(TEXTS),
        st.integers(0, 40),
    ),
    max_size=40,
)


def batches(changes, sizes):
    """*changes* in pieces of *sizes*, the last one of what is left."""
    for size in sizes:
        yield changes[:size]
        changes = changes[size:]
    yield changes


def answers(index, query):
    """All that an index says of *query*."""
    filters = Filters(since=NOON - 90 * DAY, until=NOON + DAY)
    histogram = HistogramRequest(width=lambda _: DAY, zone=ZoneInfo("Europe/Berlin"))
    facets = ("source", "sentiment")
    parts = {"size": 50, "facets": facets, "histogram": histogram, "group_by_family": True}
    return {
        "groups": ask(index, query, filters, **parts),
        "hits": ask(index, query, size=50),
        "relevant": {hit.id for hit in ask(index, query, sort=Sort.RELEVANCE, size=50).hits},
        "ids": list(index.ids(query)),
        "docs": index.health().docs,
    }


@settings(max_examples=60)
@given(CHANGES, st.lists(st.integers(0, 12), max_size=5), st.data())
def test_any_feed_in_any_batches_ends_alike(tmp_path_factory, changes, sizes, data):
    """Edits, moves in time, deletes, returns, replays and numbers out of order."""
    memory = MemoryIndex()
    with TantivyIndex(tmp_path_factory.mktemp("index"), writer=True) as tantivy:
        tantivy.setup()
        for batch in batches(changes, sizes):
            assert tantivy.apply(batch) == memory.apply(batch)
        for index in (tantivy, memory):
            index.refresh()
        for query in ("", data.draw(queries(TEXTS, leaves=4)), parse("-source:blog")):
            asked = parse(query) if query == "" else query
            assert answers(tantivy, asked) == answers(memory, asked)


@settings(max_examples=30)
@given(CHANGES, st.integers(0, 40), st.integers(0, 40))
def test_a_writer_that_was_closed_goes_on_where_it_was(tmp_path_factory, changes, one, other):
    """Between any two batches the process may end; what is told again is stale."""
    folder, memory = tmp_path_factory.mktemp("index"), MemoryIndex()
    first, last = sorted((one, other))
    for batch in (changes[:last], changes[first:]):
        with TantivyIndex(folder, writer=True) as tantivy:
            tantivy.setup()
            assert tantivy.apply(batch) == memory.apply(batch)
    memory.refresh()
    with TantivyIndex(folder, writer=False) as reader:
        assert answers(reader, parse("")) == answers(memory, parse(""))


@settings(max_examples=30)
@given(CHANGES)
def test_only_the_newest_number_of_a_mention_counts(tmp_path_factory, changes):
    """In any order the feed ends at the change with the highest number, the first of its kind."""
    newest: dict[str, Change] = {}
    for change in changes:
        if change.id not in newest or change.number > newest[change.id].number:
            newest[change.id] = change
    straight = MemoryIndex()
    straight.apply([*newest.values()])
    straight.refresh()
    with TantivyIndex(tmp_path_factory.mktemp("index"), writer=True) as tantivy:
        tantivy.setup()
        tantivy.apply(changes)
        tantivy.refresh()
        assert answers(tantivy, parse("")) == answers(straight, parse(""))
