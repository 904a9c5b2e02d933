"""Grouping of near-identical mentions across pages."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from console.search.params import SearchParams
from console.search.search import CARDS_PER_PAGE, build_request
from indexer.engines.memory import MemoryIndex
from indexer.query import parse
from tests.indexer.factories import key, upsert

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
families = st.lists(
    st.one_of(st.none(), st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=220
)


def index(family_numbers):
    """Return an index with a mention a minute, newest first, of the families *family_numbers*."""
    memory_index = MemoryIndex()
    memory_index.apply(
        [
            upsert(
                n + 1,
                f"m{n}",
                published=int((NOW - timedelta(minutes=n + 1)).timestamp()),
                family=None if family is None else f"{family:032x}",
            )
            for n, family in enumerate(family_numbers)
        ]
    )
    memory_index.refresh()
    return memory_index


def result_pages(memory_index, query=""):
    """Yield each page of the last week, grouped."""
    state = SearchParams(q=query)
    while True:
        page = memory_index.search(build_request(state, parse(query), "UTC", NOW, is_grouped=True))
        yield page
        if page.next_page_token is None:
            return
        state = state.model_copy(update={"after": (*state.after, page.next_page_token)})


@settings(max_examples=40)
@given(families)
def test_pages_have_each_family_once_by_its_newest_mention(family_numbers):
    hit_ids = [hit.id for page in result_pages(index(family_numbers)) for hit in page.hits]
    newest = {}
    for n, family in enumerate(family_numbers):
        newest.setdefault(f"alone {n}" if family is None else family, key(f"m{n}"))
    assert hit_ids == list(newest.values())


@settings(max_examples=20)
@given(families)
def test_group_sizes(family_numbers):
    """The sizes of all groups sum to the number of results."""
    pages = list(result_pages(index(family_numbers)))
    hits = [hit for page in pages for hit in page.hits]
    assert sum(hit.group_size for hit in hits) == len(family_numbers)
    assert {page.groups for page in pages} == {len(hits)}
    sizes = Counter(f"{family:032x}" for family in family_numbers if family is not None)
    assert all(hit.group_size == sizes.get(hit.document.family, 1) for hit in hits)


def test_many_copies_are_one_group():
    family_numbers = [None] * 5 + [1] * 1_200 + [None] * 30
    pages = list(result_pages(index(family_numbers)))
    assert [len(page.hits) for page in pages] == [CARDS_PER_PAGE, 16]
    assert max(hit.group_size for hit in pages[0].hits) == 1_200


def test_group_size_counts_results_only():
    """The number links to the whole family, which can be larger."""
    memory_index = index([1, 1, 1])
    memory_index.apply([upsert(9, "other", "Something else.", family=f"{1:032x}")])
    memory_index.refresh()
    (page,) = result_pages(memory_index, "brake")
    assert [(hit.document.family, hit.group_size) for hit in page.hits] == [(f"{1:032x}", 3)]
