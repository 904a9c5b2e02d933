"""nlp.encoder.batching: texts of similar length are batched together."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder.batching import LENGTH_STEP, batches, padded_length, split_into_windows

lengths = st.lists(st.integers(1, 300), max_size=60)


@given(lengths, st.integers(1, 2048))
def test_every_text_is_in_one_batch(text_lengths, tokens):
    indices = list(chain.from_iterable(batches(text_lengths, tokens)))
    assert sorted(indices) == list(range(len(text_lengths)))


@given(lengths, st.integers(1, 2048))
def test_a_padded_batch_fits_or_is_one_text(text_lengths, tokens):
    for batch in batches(text_lengths, tokens):
        longest = max(padded_length(text_lengths[i]) for i in batch)
        assert len(batch) == 1 or len(batch) * longest <= tokens


@given(lengths)
def test_texts_are_in_ascending_length(text_lengths):
    order = [text_lengths[i] for batch in batches(text_lengths, 1024) for i in batch]
    assert order == sorted(order)


@given(st.integers(1, 10_000))
def test_padding_adds_less_than_one_step(length):
    assert padded_length(length) % LENGTH_STEP == 0
    assert 0 <= padded_length(length) - length < LENGTH_STEP


@given(st.lists(st.integers()), st.integers(1, 50))
def test_windows_are_complete_and_short_enough(ids, size):
    windows = split_into_windows(ids, size)
    assert list(chain.from_iterable(windows)) == ids
    assert all(len(window) <= size for window in windows)


@given(st.lists(st.integers(), min_size=1), st.integers(1, 50))
def test_windows_are_nearly_equal(ids, size):
    sizes = [len(window) for window in split_into_windows(ids, size)]
    assert max(sizes) - min(sizes) <= 1


def test_no_tokens_are_one_empty_window():
    assert split_into_windows([], 8) == [[]]
