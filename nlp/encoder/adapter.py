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

ADAPTERS_FOLDER: Final = Path(__file__).parents[1] / "weights"  # the adapters that ship
SENTIMENT: Final = "sentiment"  # the head that every adapter has
WHITENING_MEAN: Final = "centre"  # the name of the tensor that is taken from every vector …
WHITENING_MATRIX: Final = "spread"  # … and of the one that the rest is multiplied by
ANY_LANGUAGE: Final = (
    "*"  # the temperature, or the priors, of languages that have none of their own
)
# How far logits are moved from the classes' shares in training towards equal shares (logit
# adjustment, arXiv:2007.07314, there 1). 15 % of the tweets in English that sentiment was learned
# from are negative: a model that expects no more of a brand in trouble overlooks it. Chosen on
# 2,142 of these tweets that were kept back, of 0 to 1: macro-recall 0.719, 0.727 at 0.25, 0.737 at
# 0.5 and little more beyond (0.736 at 0.75, 0.743 at 1), while accuracy falls from 0.729 over 0.726
# and 0.722 to 0.709 and 0.704.
PRIOR_ADJUSTMENT: Final = 0.5

Array = np.ndarray[Any, np.dtype[np.float32]]
PerLanguage = TypeVar("PerLanguage")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationHead:
    """What one head tells, and where its figures hold."""

    classes: tuple[str, ...]  # in the order of its outputs
    languages: tuple[str, ...]  # ISO 639-1 codes it was trained and measured on
    temperatures: Mapping[str, float]  # by language or ANY; logits are divided by it
    exclusive: bool = True  # False: each class has a probability of its own
    # By language or ANY: the shares of the classes in what was learned; none: they were alike.
    priors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def temperature(self, language: str | None = None) -> float:
        """What logits of a text in *language* are divided by (arXiv:1706.04599)."""
        temperature = for_language(self.temperatures, language)
        return 1.0 if temperature is None else temperature

    def supports(self, language: str | None) -> bool:
        """Whether it may be believed of a text in *language*; None: nobody said which."""
        return language is None or language in self.languages

    def adjust_for_priors(self, logits: Array, language: str | None = None) -> Array:
        """*logits* (…, classes) of texts in *language*, less EVENED of their log priors."""
        priors = for_language(self.priors, language)
        if priors is None:
            return logits
        log_priors: Array = np.log(np.array(priors, np.float32))
        return logits - np.float32(PRIOR_ADJUSTMENT) * log_priors

    def probabilities(self, logits: Array, languages: Sequence[str | None]) -> Array:
        """Calibrated probabilities of *logits* (texts, classes), each in one of *languages*."""
        scaled_logits = np.empty_like(logits, np.float32)
        for language in set(languages):
            mask = np.array([code == language for code in languages])
            scaled_logits[mask] = self.adjust_for_priors(logits[mask], language) / self.temperature(
                language
            )
        probabilities = (
            softmax(scaled_logits) if self.exclusive else 1 / (1 + np.exp(-scaled_logits))
        )
        result: Array = probabilities.astype(np.float32, copy=False)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What training found, on top of one encoder."""

    encoder_sha256: str  # of the base weights it was trained on; on no others does it mean anything
    shared: int  # layers below it that stay as they are: base and tuned text vectors share them
    scale: (
        float  # a weight becomes W + scale * up @ down (LoRA, arXiv:2106.09685; scale = alpha / r)
    )
    heads: Mapping[str, ClassificationHead]  # SENTIMENT first
    tensors: Mapping[
        str, Array
    ]  # "layer.N.NAME.down" (r, in), "….up" (out, r), "head.NAME.…", CENTRE, SPREAD
    proof: Mapping[str, tuple[float, ...]]  # sentences and their sentiment's probabilities
    notes: Mapping[str, Any]  # how it was trained and what it reached
    sha256: str = ""  # of the file, 64 hex digits; empty before it is written

    @property
    def figures(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """By head, a figure for each set that it was measured on (`nlp.training.figures`)."""
        figures_by_head: Mapping[str, Sequence[Mapping[str, Any]]] = self.notes.get("figures", {})
        return figures_by_head

    def weight_change(self, name: str) -> Array | None:
        """What to add to the weight of the linear layer *name*, shape (out, in); None: nothing."""
        if f"{name}.down" not in self.tensors:
            return None
        change: Array = self.tensors[f"{name}.up"] @ self.tensors[f"{name}.down"]
        return change * np.float32(self.scale)

    def head_tensors(self, name: str) -> dict[str, Array]:
        """The tensors of the head *name* by their names in the network; none: it has none."""
        prefix = f"head.{name}."
        return {
            name_.removeprefix(prefix): tensor
            for name_, tensor in self.tensors.items()
            if name_.startswith(prefix)
        }

    def whitening(self, width: int) -> tuple[Array, Array]:
        """What is taken from every un-adapted vector, and what the rest is multiplied by.

        Shapes (*width*,) and (*width*, *width*); zeros and ones where the adapter has nothing.
        """
        mean = self.tensors.get(WHITENING_MEAN, np.zeros(width, np.float32))
        return mean, self.tensors.get(WHITENING_MATRIX, np.eye(width, dtype=np.float32))


def for_language(
    by_language: Mapping[str, PerLanguage], language: str | None
) -> PerLanguage | None:
    """Return the entry of *language* in *by_language*, else that of ANY_LANGUAGE."""
    return by_language.get(language or ANY_LANGUAGE, by_language.get(ANY_LANGUAGE))


def load_adapter(path: Path) -> Adapter:
    """The adapter in *path*, its tensors as float32.

    Raises:
        ConfigError: there is no such file, or it holds no adapter.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = json.loads(file.metadata()["harken"])
            tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118  (no mapping)
        metadata["heads"] = {
            name: _parse_head(head_fields) for name, head_fields in metadata["heads"].items()
        }
        metadata["proof"] = {
            text: tuple(probabilities) for text, probabilities in metadata["proof"].items()
        }
        return Adapter(**metadata, tensors=tensors, sha256=file_sha256(path))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{path.name} is not an adapter ({type(error).__name__}); see `make train`"
        raise ConfigError(message) from error


def save_adapter(path: Path, adapter: Adapter) -> None:
    """Write *adapter* as half-precision safetensors; a reader sees the old file or the new one."""
    metadata = {
        "encoder_sha256": adapter.encoder_sha256,
        "shared": adapter.shared,
        "scale": adapter.scale,
        "heads": {name: asdict(head) for name, head in adapter.heads.items()},
        "proof": dict(adapter.proof),
        "notes": dict(adapter.notes),
    }
    tensors = {name: np.ascontiguousarray(t, np.float16) for name, t in adapter.tensors.items()}
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"harken": json.dumps(metadata)})
    partial.chmod(0o644)  # safetensors writes for its owner alone
    partial.replace(path)


def _parse_head(fields: Mapping[str, Any]) -> ClassificationHead:
    tuples = {name: tuple(fields[name]) for name in ("classes", "languages")}
    priors = {
        language: tuple(class_shares) for language, class_shares in fields.get("priors", {}).items()
    }
    return ClassificationHead(**{**fields, **tuples, "priors": priors})
