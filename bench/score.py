"""Scoring: a transformers pipeline, one text a call, against our workers; the same weights."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from bench.rounds import against, per_second, rates
from bench.shared import rows
from core.mention import Sentiment
from nlp.clean import clean

if TYPE_CHECKING:
    from nlp.models.minilm import MiniLM

TEXTS: Final = "data/tweeteval_sentiment_validation.jsonl.gz"
CORES: Final = 2  # naive: two threads of one process; ours: two processes of one thread
LEASE: Final = 256  # texts at a time, as many as the analyse step takes
CLASSES: Final = [str(name) for name in Sentiment]

Reader = Callable[[Sequence[str]], list[str]]


def score() -> dict[str, float]:
    """Texts a second; `agreement` is the share of them that both call the same."""
    texts = [clean(row["text"]) for row in rows(TEXTS)]
    with ExitStack() as stack:
        alone = [stack.enter_context(_process())]
        pair = [stack.enter_context(_process()) for _ in range(CORES)]
        said = {"naive": _spread(alone, naive, texts), "ours": _spread(pair, ours, texts)}  # warms
        found = rates(
            {
                "naive": lambda: per_second(len(texts), lambda: _spread(alone, naive, texts)),
                "ours": lambda: per_second(len(texts), lambda: _spread(pair, ours, texts)),
            }
        )
    same = sum(a == b for a, b in zip(said["naive"], said["ours"], strict=True))
    return {**against("naive", "ours", found), "agreement": round(same / len(texts), 4)}


def naive(texts: Sequence[str]) -> list[str]:
    """What the pipeline calls each text."""
    read = _pipeline()
    return [read(text)[0]["label"] for text in texts]


def ours(texts: Sequence[str]) -> list[str]:
    """What our model calls each text; it finds their topic vectors on the way."""
    found: list[str] = []
    for start in range(0, len(texts), LEASE):
        readings = _model().read(texts[start : start + LEASE])
        found += [_likeliest(reading.probabilities or ()) for reading in readings]
    return found


@cache
def _pipeline() -> Any:
    import torch

    from bench.plain_model import plain_pipeline

    torch.set_num_threads(CORES)
    return plain_pipeline()


@cache
def _model() -> "MiniLM":
    from nlp.models.minilm import MiniLM

    return MiniLM()


def _likeliest(probabilities: Sequence[float]) -> str:
    return max(zip(probabilities, CLASSES, strict=True))[1]


def _process() -> ProcessPoolExecutor:
    """One process that starts afresh and keeps its model."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _spread(
    processes: Sequence[ProcessPoolExecutor], read: Reader, texts: Sequence[str]
) -> list[str]:
    """What *read* says of *texts*, an equal part of them in each process."""
    part = -(-len(texts) // len(processes))
    waiting = [
        process.submit(read, texts[number * part : (number + 1) * part])
        for number, process in enumerate(processes)
    ]
    return [label for part_done in waiting for label in part_done.result()]
