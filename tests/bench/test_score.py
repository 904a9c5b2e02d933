"""The pipeline of the score benchmark is our model in plain clothes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.score import CLASSES, naive, ours, spread
from core.mention import Sentiment

TEXTS = [
    "I love this, it works perfectly!",
    "It broke on the first day and nobody answers my calls.",
    "The shop opens at nine on Monday.",
    "@user thanks, that helped http",
    "worst",
    "so so. " * 100,
]


@given(st.lists(st.text(max_size=3), max_size=12), st.integers(1, 3))
def test_what_is_spread_comes_back_whole_and_in_order(texts, processes):
    with ExitStack() as stack:
        pool = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(processes)]
        assert spread(pool, lambda some: [text + "!" for text in some], texts) == [
            text + "!" for text in texts
        ]


def test_classes_stand_in_the_order_of_every_probability_vector():
    assert [Sentiment(name) for name in CLASSES] == list(Sentiment)


@pytest.mark.model
def test_both_call_texts_the_same(monkeypatch):
    """The same merged weights: only the precision differs, and no text here is near a border."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which the pipeline changes
    assert naive("minilm", TEXTS) == ours("minilm", TEXTS)


@pytest.mark.model
def test_both_find_the_obvious():
    assert ours("minilm", TEXTS[:3]) == ["positive", "negative", "neutral"]
