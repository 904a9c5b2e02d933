"""The work of the processes of the score benchmark: pipeline, our model, matrix products."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core import plugins
from core.mention import Sentiment

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import AdapterModel

CORES: Final = 2  # the peer: two threads of one process; ours: two processes of one thread
LEASE: Final = 256  # texts at a time, as in the analyse step
CLASSES: Final = [str(name) for name in Sentiment]
TORCH: Final = "torch"

Reader = Callable[[Sequence[str]], list[str]]


def naive(model: str, texts: Sequence[str]) -> list[str]:
    """Return the label of the pipeline for each text."""
    classify = _pipeline(model)
    return [classify(text)[0]["label"] for text in texts]


def ours(model: str, texts: Sequence[str], engine: str = TORCH) -> list[str]:
    """Return the label of our model for each text; sentiment alone, as in the pipeline."""
    predict_sentiment = load_model(model, engine).predict_sentiment
    return [
        _most_likely(shares or ())
        for batch in _leases(texts)
        for shares in predict_sentiment(batch)
    ]


def everything(model: str, texts: Sequence[str], engine: str = TORCH) -> list[str]:
    """Return the labels of :func:`ours`; compute all other heads and the vectors for topics too."""
    predict = load_model(model, engine).predict
    predictions = [reading for batch in _leases(texts) for reading in predict(batch)]
    return [_most_likely(reading.probabilities or ()) for reading in predictions]


def memory() -> float:
    """Return the peak memory of this process in MB of 10^6 bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / 1e6


def default_precision() -> str:
    """Return the precision of our model here without the extra: bf16 or fp32."""
    from nlp.encoder.engine import cpu_device

    return str(cpu_device()).rpartition(" ")[2]


def products(precision: str, seconds: float) -> float:
    """Return 10^9 operations a second of one thread in matrix products of the encoders' shapes.

    *precision* is bf16, fp32 or int8. 1,024 rows, as in one of our batches, are multiplied by the
    six matrices of a layer of width 384.
    """
    import torch

    torch.set_num_threads(1)
    shapes = [(384, 384)] * 4 + [(384, 1536), (1536, 384)]
    work = [_product(precision, size, out) for size, out in shapes]
    gflop_a_round = 2e-9 * 1024 * sum(size * out for size, out in shapes)
    round_count, began = 0, time.perf_counter()
    with torch.inference_mode():
        while time.perf_counter() - began < seconds:
            for multiply in work:
                multiply()
            round_count += 1
    return round_count * gflop_a_round / (time.perf_counter() - began)


def spread(processes: Sequence[Executor], classify: Reader, texts: Sequence[str]) -> list[str]:
    """Return the labels of *classify* for *texts*, in order; each process gets an equal part."""
    part = -(-len(texts) // len(processes))
    parts = [texts[number * part : (number + 1) * part] for number in range(len(processes))]
    waiting = [
        process.submit(classify, part_texts)
        for process, part_texts in zip(processes, parts, strict=True)
    ]
    return [label for answer in waiting for label in answer.result()]


def process() -> ProcessPoolExecutor:
    """Return a pool of one new process, which keeps its model."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


@cache
def load_model(model: str, engine: str) -> "AdapterModel":
    """Return the model in this process, loaded once."""
    return kind(model)(engine=engine)


def kind(model: str) -> "type[AdapterModel]":
    """Return the class of *model*."""
    from nlp.encoder.adapter_model import AdapterModel

    return plugins.load("nlp.models", model, AdapterModel)


@cache
def _pipeline(model: str) -> Any:
    # As a user would run it: our processes have one thread each, and the peer would inherit that.
    os.environ["OMP_NUM_THREADS"] = str(CORES)  # noqa: TID251 - torch reads it at its import
    import torch

    from bench.speed.plain_model import plain_pipeline

    torch.set_num_threads(CORES)
    return plain_pipeline(kind(model))


def _product(precision: str, size: int, out: int) -> Callable[[], object]:
    import torch

    if precision == "int8":
        first_factor, second_factor = (
            torch.ones(shape, dtype=torch.int8) for shape in ((1024, size), (size, out))
        )
        return lambda: torch._int_mm(first_factor, second_factor)  # noqa: SLF001 - the only int8 product
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[precision]
    states, weight = torch.ones(1024, size, dtype=dtype), torch.ones(out, size, dtype=dtype)
    return lambda: torch.nn.functional.linear(states, weight)


def _leases(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + LEASE] for start in range(0, len(texts), LEASE)]


def _most_likely(probabilities: Sequence[float]) -> str:
    return max(zip(probabilities, CLASSES, strict=True))[1]
