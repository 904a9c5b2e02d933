"""The few megabytes that we train: low-rank changes of the upper layers, a head, a temperature."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import ConfigError
from nlp.encoder import file_sha256

PACKAGED: Final = Path(__file__).parent / "weights" / "minilm-en.safetensors"

Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What training found, on top of one encoder."""

    encoder_sha256: str  # of the base weights it was trained on; on no others does it mean anything
    shared: int  # layers below it that stay as they are: base and tuned text vectors share them
    scale: (
        float  # a weight becomes W + scale * up @ down (LoRA, arXiv:2106.09685; scale = alpha / r)
    )
    temperature: float  # logits are divided by it (arXiv:1706.04599)
    labels: tuple[str, ...]  # in the order of the head's outputs
    tensors: Mapping[str, Array]  # "layer.N.NAME.down" (r, in), "….up" (out, r), "head.…"
    proof: Mapping[str, tuple[float, ...]]  # sentences and the probabilities they had in training
    notes: Mapping[str, object]  # how it was trained and what it reached; nothing reads it
    sha256: str = ""  # of the file, 64 hex digits; empty before it is written

    def change(self, name: str) -> Array | None:
        """What to add to the weight of the linear layer *name*, shape (out, in); None: nothing."""
        if f"{name}.down" not in self.tensors:
            return None
        change: Array = self.tensors[f"{name}.up"] @ self.tensors[f"{name}.down"]
        return change * np.float32(self.scale)

    def head(self) -> dict[str, Array]:
        """The head's tensors by their names in the network."""
        prefix = "head."
        return {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}


def read(path: Path = PACKAGED) -> Adapter:
    """The adapter in *path*, its tensors as float32.

    Raises:
        ConfigError: there is no such file, or it holds no adapter.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads(file.metadata()["harken"])
            tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118  (no mapping)
        facts["labels"] = tuple(facts["labels"])
        facts["proof"] = {text: tuple(shares) for text, shares in facts["proof"].items()}
        return Adapter(**facts, tensors=tensors, sha256=file_sha256(path))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        message = f"{path.name} holds no adapter ({type(error).__name__}); `make train` writes one"
        raise ConfigError(message) from error


def write(path: Path, adapter: Adapter) -> None:
    """Write *adapter* as half-precision safetensors; a reader sees the old file or the new one."""
    facts = {
        "encoder_sha256": adapter.encoder_sha256,
        "shared": adapter.shared,
        "scale": adapter.scale,
        "temperature": adapter.temperature,
        "labels": adapter.labels,
        "proof": dict(adapter.proof),
        "notes": dict(adapter.notes),
    }
    tensors = {name: np.ascontiguousarray(t, np.float16) for name, t in adapter.tensors.items()}
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"harken": json.dumps(facts)})
    partial.chmod(0o644)  # safetensors writes for its owner alone
    partial.replace(path)
