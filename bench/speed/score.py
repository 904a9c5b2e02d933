"""Scoring: our workers against a transformers pipeline with the same weights, one text a call."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any, Final

from bench.report import print_progress
from bench.shared import rows
from bench.speed.operations import gflop_a_text
from bench.speed.rounds import per_second, rates
from bench.speed.workers import (
    CORES,
    TORCH,
    default_precision,
    everything,
    load_model,
    memory,
    naive,
    ours,
    process,
    products,
    spread,
)
from core.errors import ConfigError
from nlp.text.normalize import clean

TEXTS: Final = "data/tweeteval_sentiment_validation.jsonl.gz"
EVERY: Final = 4  # the pipeline scores one text in four; a round of all would take 20 s
FAST: Final = "openvino"
SECONDS: Final = 1.0  # seconds of matrix products a round

Pool = Sequence[Executor]


def score(model: str) -> dict[str, Any]:
    """Return the row of *model*; docs/speed.md describes the keys.

    Only an idle machine is fair: the two threads of the peer wait actively for each other and lose
    most under other load. With OMP_WAIT_POLICY=PASSIVE they lost 40 % on an idle one.
    """
    texts = [clean(row["text"]) for row in rows(TEXTS)]
    with ExitStack() as stack:
        start = partial(_start_processes, stack)
        bench = Bench(model, texts, start(1), start(CORES), start(CORES))
        return bench.row()


def _start_processes(stack: ExitStack, count: int) -> list[Executor]:
    return [stack.enter_context(process()) for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Bench:
    """One model and its peers."""

    model: str
    texts: Sequence[str]
    alone: Pool  # the process of the pipeline
    pair: Pool  # our workers
    fast_pair: Pool  # our workers with the engine of the extra

    def row(self) -> dict[str, Any]:
        """Return all figures; those of the extra are None if it is not installed or not built."""
        few = self.texts[::EVERY]
        theirs = spread(self.alone, partial(naive, self.model), few)  # also a warm-up
        agreement = {"agreement": _agreement(theirs, self._labels(self.pair, TORCH, few))}
        fast = self._has_fast()
        if fast:
            agreement["fast_agreement"] = _agreement(
                theirs, self._labels(self.fast_pair, FAST, few)
            )
        figures = rates(self._peers(few) | (self._fast_peers() if fast else {}))
        memory_figures = {"memory_mb": _peak_memory(self.pair)}
        if fast:
            memory_figures["fast_memory_mb"] = _peak_memory(self.fast_pair)
        work = self.alone[0].submit(gflop_a_text, self.model, self.texts).result()
        return with_ratios({**figures, **agreement, **memory_figures, "gflop_a_text": work})

    def _peers(self, few: Sequence[str]) -> dict[str, Callable[[], float]]:
        half = self.texts[:: len(self.pair)]
        pair = self.pair
        precision = pair[0].submit(default_precision).result()
        return {
            "naive": lambda: self._rate(self.alone, naive, few),
            "ours": lambda: self._rate(pair, ours, self.texts),
            "one_worker": lambda: self._rate(pair[:1], ours, half),
            "everything": lambda: self._rate(pair, everything, self.texts),
            "gemm": lambda: _products(pair, precision),
        }

    def _fast_peers(self) -> dict[str, Callable[[], float]]:
        fast, pair = partial(ours, engine=FAST), self.fast_pair
        whole = partial(everything, engine=FAST)
        return {
            "fast": lambda: self._rate(pair, fast, self.texts),
            "fast_everything": lambda: self._rate(pair, whole, self.texts),
            "fast_gemm": lambda: _products(pair, "int8"),
        }

    def _rate(self, pool: Pool, classify: Callable[..., list[str]], texts: Sequence[str]) -> float:
        return per_second(len(texts), lambda: spread(pool, partial(classify, self.model), texts))

    def _labels(self, pool: Pool, engine: str, few: Sequence[str]) -> list[str]:
        return spread(pool, partial(ours, self.model, engine=engine), few)

    def _has_fast(self) -> bool:
        try:
            self.fast_pair[0].submit(_load, self.model).result()
        except ConfigError as error:
            print_progress(f"without the extra: {error}")
            return False
        return True


def with_ratios(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return *figures* and their ratios; a ratio is None if one of its rates is missing."""

    def over(numerator: str, denominator: str) -> float | None:
        """Return the ratio of two rates, rounded to 3 digits."""
        return (
            round(figures[numerator] / figures[denominator], 3) if figures.get(numerator) else None
        )

    def share(rate: str, peak: str) -> float | None:
        """Return the share of the peak of matrix products that *rate* texts per second need."""
        texts_per_s = figures.get(rate)
        return (
            round(texts_per_s * figures["gflop_a_text"] / figures[peak], 3) if texts_per_s else None
        )

    return {
        **figures,
        "ratio": over("ours", "naive"),
        "fast_ratio": over("fast", "naive"),
        "time_ratio": over("ours", "everything"),
        "fast_time_ratio": over("fast", "fast_everything"),
        "workers_ratio": over("ours", "one_worker"),
        "gemm_share": share("ours", "gemm"),
        "fast_gemm_share": share("fast", "fast_gemm"),
    }


def _agreement(theirs: Sequence[str], labels: Sequence[str]) -> float:
    return round(mean(a == b for a, b in zip(theirs, labels, strict=True)), 4)


def _products(pool: Pool, precision: str) -> float:
    """Return 10^9 operations a second of all of *pool* together."""
    waiting = [executor.submit(products, precision, SECONDS) for executor in pool]
    return sum(answer.result() for answer in waiting)


def _peak_memory(pool: Pool) -> float:
    return round(max(executor.submit(memory).result() for executor in pool))


def _load(model: str) -> str:
    return load_model(model, FAST).name
