"""Texts and training steps a second of the encoders' shapes, CPU against GPU: ``python gpu.py``.

It needs only torch and transformers: copy this one file to a machine with a GPU. The weights are
random, since only their shapes matter for the speed. Nothing is downloaded. It prints JSON.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any, Final

import torch
import transformers
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification

# Layers and vocabulary of the packaged encoders; all else is the same.
SHAPES: Final = {"minilm": (6, 30_522), "e5": (12, 250_037)}
LABELS: Final = ("negative", "neutral", "positive")
TOKENS: Final = 32  # of a text; a tweet has 29
BATCH_TOKENS: Final = {"cpu": (1024,), "cuda": (1024, 4096, 16_384, 65_536)}
TRAINING_TEXTS: Final = 64  # of a training step
DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every shape on the CPU and on each CUDA device."""
    options = _options(arguments)
    torch.manual_seed(0)
    rows = [
        row
        for shape in options.shapes
        for device in devices()
        for row in measure(shape, device, options.seconds, options.rounds)
    ]
    print(json.dumps({"machine": machine(), "rows": rows}, indent=1))


def devices() -> list[torch.device]:
    """Return the CPU and the first CUDA device, if there is one."""
    return [torch.device("cpu"), *([torch.device("cuda")] if torch.cuda.is_available() else [])]


def precisions(device: torch.device) -> list[str]:
    """Return the precisions that Harken may use on *device*, float32 first."""
    if device.type == "cuda":
        return ["fp32", "bf16" if torch.cuda.is_bf16_supported() else "fp16"]
    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = any(capabilities.get(k) for k in ("avx512_bf16", "amx_bf16", "bf16"))
    return ["fp32", "bf16"] if has_bfloat16 else ["fp32"]


def measure(
    shape: str, device: torch.device, seconds: float, rounds: int
) -> Iterator[dict[str, Any]]:
    """Yield the rates of *shape* on *device*, the median of *rounds* of *seconds* each."""
    layers, vocabulary = SHAPES[shape]
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=384, num_hidden_layers=layers, num_attention_heads=12,
        intermediate_size=1536, id2label=dict(enumerate(LABELS)),
    )  # fmt: skip
    for precision in precisions(device):
        model = _model(config, device, DTYPES[precision]).eval()
        for tokens in BATCH_TOKENS[device.type]:
            ids = _token_ids(tokens // TOKENS, vocabulary, device)
            batches_a_second = _rate(_predict(model, ids), device, seconds, rounds)
            yield {
                "shape": shape, "device": device.type, "precision": precision,
                "work": "predict", "texts_a_batch": len(ids),
                "texts_a_second": round(batches_a_second * len(ids), 1),
            }  # fmt: skip
    model = _model(config, device, torch.float32).train()
    ids = _token_ids(TRAINING_TEXTS, vocabulary, device)
    precision = precisions(device)[-1]
    yield {
        "shape": shape, "device": device.type, "precision": precision, "work": "train",
        "texts_a_batch": len(ids),
        "steps_a_second": round(_rate(_step(model, ids, precision), device, seconds, rounds), 3),
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """Return a description of this machine."""
    has_cuda = torch.cuda.is_available()
    return {
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "processor": platform.processor() or platform.machine(),
        "gpu": torch.cuda.get_device_name() if has_cuda else None,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    return parser.parse_args(arguments)


def _model(config: BertConfig, device: torch.device, dtype: torch.dtype) -> torch.nn.Module:
    model: torch.nn.Module = BertForSequenceClassification(config)
    return model.to(device, dtype)


def _token_ids(texts: int, vocabulary: int, device: torch.device) -> Tensor:
    return torch.randint(5, vocabulary, (texts, TOKENS), device=device)


def _predict(model: torch.nn.Module, ids: Tensor) -> Callable[[], None]:
    @torch.inference_mode()
    def run() -> None:
        model(input_ids=ids).logits.float().cpu()

    return run


def _step(model: torch.nn.Module, ids: Tensor, precision: str) -> Callable[[], None]:
    """Return one step of training: forward and backward under autocast, then AdamW."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    labels = torch.randint(len(LABELS), (len(ids),), device=ids.device)
    # Half precision needs a scaler, which does nothing in bfloat16.
    scaler = torch.amp.GradScaler(ids.device.type, enabled=precision == "fp16")

    def run() -> None:
        with torch.autocast(ids.device.type, DTYPES[precision], enabled=precision != "fp32"):
            loss = model(input_ids=ids, labels=labels).loss
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()

    return run


def _rate(run: Callable[[], None], device: torch.device, seconds: float, rounds: int) -> float:
    """Return the median of the calls of *run* a second, after one call to warm up."""
    run()
    rates = []
    for _ in range(rounds):
        _wait(device)
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            run()
            count += 1
        _wait(device)
        rates.append(count / (time.perf_counter() - began))
    return median(rates)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
