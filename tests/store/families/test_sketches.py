"""Sketches: similarity is Jaccard's, and similar sketches share a band key."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from store.families.sketches import (
    BANDS,
    MAX_VALUES,
    band_keys,
    from_bytes,
    similarities,
    sketch,
    to_bytes,
)

FEW = settings(max_examples=50)
word_sets = st.sets(st.text("abcdef", min_size=1, max_size=5), min_size=1, max_size=30)


def similarity(one, other):
    return similarities([sketch(one)], [sketch(other)])[0, 0]


def words(start, stop):
    """Return words of one weight."""
    return [f"w{n:02}" for n in range(start, stop)]


@FEW
@given(word_sets, word_sets)
def test_similarity_is_symmetric_and_one_for_equal_texts(one, other):
    assert similarity(one, other) == similarity(other, one)
    assert similarity(one, sorted(one, reverse=True) * 2) == 1


def test_similarity_is_the_share_of_common_words():
    assert similarity(words(0, 30), words(10, 40)) == pytest.approx(20 / 40)
    assert similarity(words(0, 10), words(10, 20)) == 0


def test_long_words_count_more():
    """Two strangers share short words."""
    short, long = ["of", "the"], ["refrigerator", "warranties"]
    assert similarity(["kettle", *long], ["boiler", *long]) > 0.5
    assert similarity(["kettle", *short], ["boiler", *short]) < 0.5


def test_many_rows_are_compared_like_one():
    rows = [sketch(words(n, n + 20)) for n in range(600)]
    columns = [sketch(words(5, 25)), sketch(["other"])]
    expected = [[similarities([row], [column])[0, 0] for column in columns] for row in rows]
    assert similarities(rows, columns).tolist() == expected


def test_long_text_has_a_sketch_of_bounded_size_with_about_the_same_similarity():
    one, other = (sketch(f"word{n}" for n in range(start, start + 3_000)) for start in (0, 1_000))
    assert len(one) == MAX_VALUES
    assert similarities([one], [other])[0, 0] == pytest.approx(0.5, abs=0.1)


@FEW
@given(word_sets)
def test_stored_sketch_is_read_back(text):
    assert np.array_equal(from_bytes(to_bytes(sketch(text))), sketch(text))


def test_band_keys_are_signed_64_bit_numbers_and_the_same_for_ever():
    """They are stored: another key for the same text would part it from its copies."""
    keys = band_keys(sketch(words(0, 20)))
    assert len(set(keys)) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert keys[:2] == [672805264027508854, 2727455754401412084]
    assert band_keys(sketch([])) == []


def test_similar_texts_share_a_band_key_and_others_seldom_do():
    pairs = [(words(n, n + 30), words(n + 5, n + 35)) for n in range(60)]  # similarity 0.71
    texts = [sketch(f"{n}{word}" for word in one) for n, (one, _) in enumerate(pairs)]
    copies = [sketch(f"{n}{word}" for word in other) for n, (_, other) in enumerate(pairs)]
    keys = [(set(band_keys(a)), set(band_keys(b))) for a, b in zip(texts, copies, strict=True)]
    assert sum(bool(one & other) for one, other in keys) >= 59
    assert not any(keys[n][0] & keys[n - 1][1] for n in range(60))
