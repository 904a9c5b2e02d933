"""The few megabytes that we train: low-rank changes of the upper layers, heads, temperatures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import ConfigError
from nlp.encoder.pretrained import file_sha256
from nlp.metrics import softmax

WEIGHTS: Final = Path(__file__).parents[1] / "weights"  # the adapters that ship
SENTIMENT: Final = "sentiment"  # the head that every adapter has
CENTRE: Final = "centre"  # the name of the tensor that is taken from every vector …
SPREAD: Final = "spread"  # … and of the one that the rest is multiplied by
ANY: Final = "*"  # the temperature, or the priors, of languages that have none of their own
# How far logits are moved from the classes' shares in training towards equal shares (logit
# adjustment, arXiv:2007.07314, there 1). 15 % of the tweets in English that sentiment was learned
# from are negative: a model that expects no more of a brand in trouble overlooks it. Chosen on
# 2,142 of these tweets that were kept back, of 0 to 1: macro-recall 0.719, 0.727 at 0.25, 0.737 at
# 0.5 and little more beyond (0.736 at 0.75, 0.743 at 1), while accuracy falls from 0.729 over 0.726
# and 0.722 to 0.709 and 0.704.
EVENED: Final = 0.5

Array = np.ndarray[Any, np.dtype[np.float32]]
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What one head tells, and where its figures hold."""

    classes: tuple[str, ...]  # in the order of its outputs
    languages: tuple[str, ...]  # ISO 639-1 codes it was trained and measured on
    temperatures: Mapping[str, float]  # by language or ANY; logits are divided by it
    exclusive: bool = True  # False: each class has a probability of its own
    # By language or ANY: the shares of the classes in what was learned; none: they were alike.
    priors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def temperature(self, language: str | None = None) -> float:
        """What logits of a text in *language* are divided by (arXiv:1706.04599)."""
        return of_language(self.temperatures, language) or 1.0

    def knows(self, language: str | None) -> bool:
        """Whether it may be believed of a text in *language*; None: nobody said which."""
        return language is None or language in self.languages

    def evened(self, logits: Array, language: str | None = None) -> Array:
        """*logits* (…, classes) of texts in *language*, less EVENED of their log priors."""
        priors = of_language(self.priors, language)
        if priors is None:
            return logits
        expected: Array = np.log(np.array(priors, np.float32))
        return logits - np.float32(EVENED) * expected

    def shares(self, logits: Array, languages: Sequence[str | None]) -> Array:
        """Calibrated probabilities of *logits* (texts, classes), each in one of *languages*."""
        cooled = np.empty_like(logits, np.float32)
        for language in set(languages):
            own = np.array([other == language for other in languages])
            cooled[own] = self.evened(logits[own], language) / self.temperature(language)
        found = softmax(cooled) if self.exclusive else 1 / (1 + np.exp(-cooled))
        shares: Array = found.astype(np.float32, copy=False)
        return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What training found, on top of one encoder."""

    encoder_sha256: str  # of the base weights it was trained on; on no others does it mean anything
    shared: int  # layers below it that stay as they are: base and tuned text vectors share them
    scale: (
        float  # a weight becomes W + scale * up @ down (LoRA, arXiv:2106.09685; scale = alpha / r)
    )
    heads: Mapping[str, Head]  # SENTIMENT first
    tensors: Mapping[
        str, Array
    ]  # "layer.N.NAME.down" (r, in), "….up" (out, r), "head.NAME.…", CENTRE, SPREAD
    proof: Mapping[str, tuple[float, ...]]  # sentences and their sentiment's probabilities
    notes: Mapping[str, Any]  # how it was trained and what it reached
    sha256: str = ""  # of the file, 64 hex digits; empty before it is written

    @property
    def figures(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """By head, a figure for each set that it was measured on (`nlp.training.figures`)."""
        found: Mapping[str, Sequence[Mapping[str, Any]]] = self.notes.get("figures", {})
        return found

    def change(self, name: str) -> Array | None:
        """What to add to the weight of the linear layer *name*, shape (out, in); None: nothing."""
        if f"{name}.down" not in self.tensors:
            return None
        change: Array = self.tensors[f"{name}.up"] @ self.tensors[f"{name}.down"]
        return change * np.float32(self.scale)

    def head(self, name: str) -> dict[str, Array]:
        """The tensors of the head *name* by their names in the network; none: it has none."""
        prefix = f"head.{name}."
        return {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}

    def level(self, width: int) -> tuple[Array, Array]:
        """What is taken from every un-adapted vector, and what the rest is multiplied by.

        Shapes (*width*,) and (*width*, *width*); zeros and ones where the adapter has nothing.
        """
        centre = self.tensors.get(CENTRE, np.zeros(width, np.float32))
        return centre, self.tensors.get(SPREAD, np.eye(width, dtype=np.float32))


def of_language(known: Mapping[str, Known], language: str | None) -> Known | None:
    """What is *known* of *language*, else of ANY."""
    return known.get(language or ANY, known.get(ANY))


def read(path: Path) -> Adapter:
    """The adapter in *path*, its tensors as float32.

    Raises:
        ConfigError: there is no such file, or it holds no adapter.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads(file.metadata()["harken"])
            tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118  (no mapping)
        facts["heads"] = {name: _head(said) for name, said in facts["heads"].items()}
        facts["proof"] = {text: tuple(shares) for text, shares in facts["proof"].items()}
        return Adapter(**facts, tensors=tensors, sha256=file_sha256(path))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{path.name} is not an adapter ({type(error).__name__}); see `make train`"
        raise ConfigError(message) from error


def write(path: Path, adapter: Adapter) -> None:
    """Write *adapter* as half-precision safetensors; a reader sees the old file or the new one."""
    facts = {
        "encoder_sha256": adapter.encoder_sha256,
        "shared": adapter.shared,
        "scale": adapter.scale,
        "heads": {name: asdict(head) for name, head in adapter.heads.items()},
        "proof": dict(adapter.proof),
        "notes": dict(adapter.notes),
    }
    tensors = {name: np.ascontiguousarray(t, np.float16) for name, t in adapter.tensors.items()}
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"harken": json.dumps(facts)})
    partial.chmod(0o644)  # safetensors writes for its owner alone
    partial.replace(path)


def _head(said: Mapping[str, Any]) -> Head:
    listed = {name: tuple(said[name]) for name in ("classes", "languages")}
    priors = {language: tuple(found) for language, found in said.get("priors", {}).items()}
    return Head(**{**said, **listed, "priors": priors})
