"""Scoring: a transformers pipeline, one text a call, against our workers; the same weights."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from bench.rounds import against, per_second, rates
from bench.shared import rows
from core import plugins
from core.mention import Sentiment
from nlp.clean import clean

if TYPE_CHECKING:
    from nlp.adapted import Adapted

TEXTS: Final = "data/tweeteval_sentiment_validation.jsonl.gz"
EVERY: Final = 4  # the pipeline reads one text in four: a round of all would take it 20 s
CORES: Final = 2  # naive: two threads of one process; ours: two processes of one thread
LEASE: Final = 256  # texts at a time, as many as the analyse step takes
CLASSES: Final = [str(name) for name in Sentiment]

Reader = Callable[[Sequence[str]], list[str]]


def score(model: str) -> dict[str, float]:
    """Texts a second of *model*; `agreement` is the share of them that both call the same.

    Only a quiet machine is fair: two threads that wait for each other awake lose most to
    neighbours. Told to sleep instead (OMP_WAIT_POLICY=PASSIVE), they lost 40 % on a quiet one.
    """
    texts = [clean(row["text"]) for row in rows(TEXTS)]
    theirs, own = partial(naive, model), partial(ours, model)
    few = texts[::EVERY]
    with ExitStack() as stack:
        alone = [stack.enter_context(_process())]
        pair = [stack.enter_context(_process()) for _ in range(CORES)]
        said = zip(spread(alone, theirs, few), spread(pair, own, few), strict=True)  # warms both
        found = rates(
            {
                "naive": lambda: per_second(len(few), lambda: spread(alone, theirs, few)),
                "ours": lambda: per_second(len(texts), lambda: spread(pair, own, texts)),
            }
        )
    same = sum(a == b for a, b in said)
    return {**against("naive", "ours", found), "agreement": round(same / len(few), 4)}


def naive(model: str, texts: Sequence[str]) -> list[str]:
    """What the pipeline calls each text."""
    read = _pipeline(model)
    return [read(text)[0]["label"] for text in texts]


def ours(model: str, texts: Sequence[str]) -> list[str]:
    """What our model calls each text; the vectors for topics, and all heads, on the way."""
    found: list[str] = []
    for start in range(0, len(texts), LEASE):
        readings = _model(model).read(texts[start : start + LEASE])
        found += [_likeliest(reading.probabilities or ()) for reading in readings]
    return found


def spread(processes: Sequence[Executor], read: Reader, texts: Sequence[str]) -> list[str]:
    """What *read* says of *texts*, in order; an equal part of them goes to each process."""
    part = -(-len(texts) // len(processes))
    parts = [texts[number * part : (number + 1) * part] for number in range(len(processes))]
    waiting = [process.submit(read, some) for process, some in zip(processes, parts, strict=True)]
    return [label for answer in waiting for label in answer.result()]


@cache
def _pipeline(model: str) -> Any:
    # As a user would have it: ours are told to take one thread each, and the peer would inherit it.
    os.environ["OMP_NUM_THREADS"] = str(CORES)  # noqa: TID251 - torch reads it when it is loaded
    import torch

    from bench.plain_model import plain_pipeline

    torch.set_num_threads(CORES)
    return plain_pipeline(_kind(model))


@cache
def _model(model: str) -> "Adapted":
    return _kind(model)()


def _kind(model: str) -> "type[Adapted]":
    from nlp.adapted import Adapted

    return plugins.load("nlp.models", model, Adapted)


def _likeliest(probabilities: Sequence[float]) -> str:
    return max(zip(probabilities, CLASSES, strict=True))[1]


def _process() -> ProcessPoolExecutor:
    """One process that starts afresh and keeps its model."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))
