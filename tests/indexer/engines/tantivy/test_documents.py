"""The order in which tantivy lists mentions."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.tantivy.documents import build_entry, sort_order, stored_document
from indexer.results import PageToken
from tests.indexer.factories import shown, upsert

SECONDS = st.integers(-2_208_988_800, 16_725_225_599)  # the years 1900 to 2499
IDS = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
MARKS = st.builds(PageToken, SECONDS, IDS)


@given(MARKS, MARKS)
def test_the_order_is_newest_first_then_by_id(one, other):
    """Where the orders differ; they are equal only if second and first digits of the id are."""
    places = [(-mark.published, mark.id) for mark in (one, other)]
    if sort_order(one) > sort_order(other):
        assert places[0] < places[1]
    elif sort_order(one) == sort_order(other):
        assert one.published == other.published
        assert one.id[:7] == other.id[:7]


@given(MARKS)
def test_the_order_fits_into_64_bits(mark):
    assert -(2**63) <= sort_order(mark) < 2**63


def test_an_entry_keeps_its_document():
    document = shown("a", "Crème\n😀", source=("blog", "a feed"), polarity=0.25)
    assert stored_document(
        build_entry(upsert(1, "a", "Crème\n😀", source=("blog", "a feed"), polarity=0.25))
    ) == (document)
