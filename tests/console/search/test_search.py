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


def index(spread):
    """Return an index with a mention a minute, newest first, of the families *spread*."""
    memory_index = MemoryIndex()
    memory_index.apply(
        [
            upsert(
                n + 1,
                f"m{n}",
                published=int((NOW - timedelta(minutes=n + 1)).timestamp()),
                family=None if family is None else f"{family:032x}",
            )
            for n, family in enumerate(spread)
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
def test_over_all_pages_each_family_is_shown_once_by_its_newest_member(spread):
    hit_ids = [hit.id for page in result_pages(index(spread)) for hit in page.hits]
    newest = {}
    for n, family in enumerate(spread):
        newest.setdefault(f"alone {n}" if family is None else family, key(f"m{n}"))
    assert hit_ids == list(newest.values())


@settings(max_examples=20)
@given(families)
def test_what_is_folded_is_counted(spread):
    """The sizes of all groups together are all results."""
    pages = list(result_pages(index(spread)))
    hits = [hit for page in pages for hit in page.hits]
    assert sum(hit.group_size for hit in hits) == len(spread)
    assert {page.groups for page in pages} == {len(hits)}
    sizes = Counter(f"{family:032x}" for family in spread if family is not None)
    assert all(hit.group_size == sizes.get(hit.document.family, 1) for hit in hits)


def test_a_wave_of_copies_is_read_past():
    spread = [None] * 5 + [1] * 1_200 + [None] * 30
    pages = list(result_pages(index(spread)))
    assert [len(page.hits) for page in pages] == [CARDS_PER_PAGE, 16]
    assert max(hit.group_size for hit in pages[0].hits) == 1_200


def test_only_copies_that_were_found_are_counted():
    """The link of the number leads to the whole family, which may be larger."""
    memory_index = index([1, 1, 1])
    memory_index.apply([upsert(9, "other", "Something else.", family=f"{1:032x}")])
    memory_index.refresh()
    (page,) = result_pages(memory_index, "brake")
    assert [(hit.document.family, hit.group_size) for hit in page.hits] == [(f"{1:032x}", 3)]
