"""nlp.encoder.packing: short texts share rows of few widths."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder.packing import TOKENS, WIDTHS, batches

lengths = st.lists(st.integers(1, WIDTHS[-1]), max_size=200)


@given(lengths)
def test_every_text_is_in_one_row(given_lengths):
    found = chain.from_iterable(row for batch in batches(given_lengths) for row in batch.rows)
    assert sorted(found) == list(range(len(given_lengths)))


@given(lengths)
def test_a_row_holds_its_texts_and_a_pass_its_rows(given_lengths):
    for batch in batches(given_lengths):
        assert batch.width in WIDTHS
        assert 0 < len(batch.rows) * batch.width <= TOKENS
        assert all(0 < sum(given_lengths[i] for i in row) <= batch.width for row in batch.rows)


@given(lengths)
def test_no_two_rows_of_one_width_would_fit_into_one(given_lengths):
    """What best fit promises; so at least half of all tokens are of a text."""
    for width in WIDTHS:
        rows = [
            row for batch in batches(given_lengths) if batch.width == width for row in batch.rows
        ]
        filled = sorted(sum(given_lengths[i] for i in row) for row in rows)
        assert len(filled) < 2 or filled[0] + filled[1] > width


@given(st.integers(1, WIDTHS[-1]))
def test_a_text_alone_is_in_the_narrowest_row_that_holds_it(length):
    (batch,) = batches([length])
    assert batch.width == min(width for width in WIDTHS if width >= length)
