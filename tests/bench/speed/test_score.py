"""The plain pipeline of the score benchmark gives the results of our model."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.speed.operations import operations
from bench.speed.score import with_ratios
from bench.speed.workers import CLASSES, everything, memory, naive, ours, products, spread
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
def test_spread_work_returns_in_order(texts, processes):
    with ExitStack() as stack:
        pool = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(processes)]
        assert spread(pool, lambda some: [text + "!" for text in some], texts) == [
            text + "!" for text in texts
        ]


def test_classes_are_in_the_order_of_probability_vectors():
    assert [Sentiment(name) for name in CLASSES] == list(Sentiment)


@pytest.mark.model
def test_both_peers_predict_the_same_classes(monkeypatch):
    """The same merged weights: only the precision differs, and no text here is near a border."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which the pipeline changes
    assert naive("minilm", TEXTS) == ours("minilm", TEXTS)


@pytest.mark.model
def test_sentiment_is_the_same_with_and_without_other_heads(monkeypatch):
    assert ours("minilm", TEXTS) == everything("minilm", TEXTS)


@pytest.mark.model
@pytest.mark.parametrize("precision", ["bf16", "fp32", "int8"])
def test_products_per_second_are_measured(precision):
    assert products(precision, 0.01) > 0


def test_memory_of_the_process_in_mb():
    assert 10 < memory() < 100_000


def test_operations_are_multiplications_and_additions():
    """One layer 2 wide, 3 inside, one token: 16 + 12 products of weights, 4 of attention."""
    from transformers import BertConfig

    one, five = (
        BertConfig(hidden_size=2, intermediate_size=3, num_hidden_layers=layers)
        for layers in (1, 5)
    )
    assert operations(one, 1) == 2 * (4 * 4 + 2 * 6 + 2 * 2)
    assert operations(five, 1) == 5 * operations(one, 1)


RATES = {
    "naive": 100.0, "ours": 800.0, "one_worker": 410.0, "everything": 520.0, "gemm": 800.0,
    "gflop_a_text": 0.6,
}  # fmt: skip


def test_ratios_of_the_rates():
    row = with_ratios(RATES)
    assert row["ratio"] == 8
    assert row["time_ratio"] == pytest.approx(800 / 520, abs=1e-3)
    assert row["workers_ratio"] == pytest.approx(800 / 410, abs=1e-3)
    assert row["gemm_share"] == pytest.approx(0.6)


def test_figures_of_a_missing_extra_are_null():
    row = with_ratios(RATES)
    assert {row[k] for k in ("fast_ratio", "fast_time_ratio", "fast_gemm_share")} == {None}


def test_extra_has_its_own_ratios():
    row = with_ratios({**RATES, "fast": 1600.0, "fast_everything": 1100.0, "fast_gemm": 1800.0})
    assert row["fast_ratio"] == 16
    assert row["fast_gemm_share"] == pytest.approx(0.533, abs=1e-3)


@pytest.mark.model
def test_obvious_sentiments_are_predicted():
    assert ours("minilm", TEXTS[:3]) == ["positive", "negative", "neutral"]
