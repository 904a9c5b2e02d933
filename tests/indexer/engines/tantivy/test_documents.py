"""Sort order and stored documents of tantivy."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.tantivy.documents import build_entry, sort_order, stored_document
from indexer.results import PageToken
from tests.indexer.factories import make_document, upsert

SECONDS = st.integers(-2_208_988_800, 16_725_225_599)  # the years 1900 to 2499
IDS = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
TOKENS = st.builds(PageToken, SECONDS, IDS)


@given(TOKENS, TOKENS)
def test_order_is_newest_first_then_by_id(one, other):
    """Two orders are equal only if the second and the first digits of the id are."""
    positions = [(-token.published, token.id) for token in (one, other)]
    if sort_order(one) > sort_order(other):
        assert positions[0] < positions[1]
    elif sort_order(one) == sort_order(other):
        assert one.published == other.published
        assert one.id[:7] == other.id[:7]


@given(TOKENS)
def test_order_fits_into_64_bits(token):
    assert -(2**63) <= sort_order(token) < 2**63


def test_entry_contains_its_document():
    document = make_document("a", "Crème\n😀", source=("blog", "a feed"), polarity=0.25)
    assert stored_document(
        build_entry(upsert(1, "a", "Crème\n😀", source=("blog", "a feed"), polarity=0.25))
    ) == (document)
