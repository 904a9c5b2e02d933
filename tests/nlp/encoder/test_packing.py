"""nlp.encoder.packing: short texts share rows of few widths, without attention between texts."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.model  # torch alone takes seconds: only who runs these imports it

LONGEST = 256  # tokens
lengths = st.lists(st.integers(1, LONGEST), max_size=200)
token_lists = st.lists(
    st.lists(st.integers(1, 99), min_size=1, max_size=40), min_size=1, max_size=20
)


@pytest.fixture(scope="module")
def packing():
    from nlp.encoder import packing

    return packing


def packs(packing, token_lists):
    batches = packing.batches([len(ids) for ids in token_lists])
    return [packing.pack(token_lists, batch) for batch in batches]


def test_the_longest_text_fits_the_widest_row(packing):
    assert packing.WIDTHS[-1] == LONGEST


@given(text_lengths=lengths)
def test_every_text_is_in_one_row(packing, text_lengths):
    indices = chain.from_iterable(
        row for batch in packing.batches(text_lengths) for row in batch.rows
    )
    assert sorted(indices) == list(range(len(text_lengths)))


@given(text_lengths=lengths)
def test_rows_and_batches_have_a_maximum_size(packing, text_lengths):
    for batch in packing.batches(text_lengths):
        assert batch.width in packing.WIDTHS
        assert 0 < len(batch.rows) * batch.width <= packing.TOKENS
        assert all(0 < sum(text_lengths[i] for i in row) <= batch.width for row in batch.rows)


@given(text_lengths=lengths)
def test_no_two_rows_of_one_width_fit_into_one(packing, text_lengths):
    """Best fit guarantees it; at least half of all tokens therefore belong to a text."""
    for width in packing.WIDTHS:
        rows = [
            row
            for batch in packing.batches(text_lengths)
            if batch.width == width
            for row in batch.rows
        ]
        sizes = sorted(sum(text_lengths[i] for i in row) for row in rows)
        assert len(sizes) < 2 or sizes[0] + sizes[1] > width


@given(length=st.integers(1, LONGEST))
def test_single_text_is_in_the_narrowest_row_that_fits(packing, length):
    (batch,) = packing.batches([length])
    assert batch.width == min(width for width in packing.WIDTHS if width >= length)


@settings(max_examples=30)
@given(token_lists=token_lists)
def test_tokens_of_a_text_are_in_order_with_positions_from_0(packing, token_lists):
    for members, rows in packs(packing, token_lists):
        for owner, text in enumerate(members):
            mask = rows.owners == owner
            assert rows.ids[mask].tolist() == token_lists[text]
            assert rows.positions[mask].tolist() == list(range(len(token_lists[text])))


@settings(max_examples=30)
@given(token_lists=token_lists)
def test_mean_of_a_text_is_of_its_own_tokens(packing, token_lists):
    import torch

    for members, rows in packs(packing, token_lists):
        means = rows.means(rows.ids[..., None].float())
        expected = [[sum(token_lists[text]) / len(token_lists[text])] for text in members]
        torch.testing.assert_close(means, torch.tensor(expected))


@settings(max_examples=30)
@given(token_lists=token_lists)
def test_token_attends_to_its_own_text_only(packing, token_lists):
    import torch

    for _, rows in packs(packing, token_lists):
        bias = rows.bias(torch.bfloat16)[:, 0]
        for owners, row_bias in zip(rows.owners, bias, strict=True):
            assert ((row_bias == 0) == (owners[:, None] == owners[None])).all()
            assert (row_bias.softmax(-1)[row_bias != 0] == 0).all()
