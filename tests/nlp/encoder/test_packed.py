"""nlp.encoder.packed: several texts in a row, none of which knows of another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.encoder.packing import batches

pytestmark = pytest.mark.model  # torch alone takes seconds

pieces = st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=40), min_size=1, max_size=20)


def packs(some):
    from nlp.encoder.packed import pack

    return [pack(some, batch) for batch in batches([len(ids) for ids in some])]


@settings(max_examples=30)
@given(pieces)
def test_each_text_keeps_its_tokens_in_order_and_counts_from_0(some):
    for members, packed in packs(some):
        for owner, text in enumerate(members):
            own = packed.owners == owner
            assert packed.ids[own].tolist() == some[text]
            assert packed.positions[own].tolist() == list(range(len(some[text])))


@settings(max_examples=30)
@given(pieces)
def test_the_mean_of_a_text_is_that_of_its_own_tokens(some):
    import torch

    for members, packed in packs(some):
        means = packed.means(packed.ids[..., None].float())
        expected = [[sum(some[text]) / len(some[text])] for text in members]
        torch.testing.assert_close(means, torch.tensor(expected))


@settings(max_examples=30)
@given(pieces)
def test_a_token_is_seen_by_its_own_text_alone(some):
    import torch

    for _, packed in packs(some):
        bias = packed.bias(torch.bfloat16)[:, 0]
        for owners, sight in zip(packed.owners, bias, strict=True):
            assert ((sight == 0) == (owners[:, None] == owners[None])).all()
            assert (sight.softmax(-1)[sight != 0] == 0).all()
