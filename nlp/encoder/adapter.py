"""The trained part of a model: low-rank changes of the upper layers, heads, temperatures."""

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
# Names of the tensors: the mean is subtracted from every vector, the matrix multiplies the rest.
WHITENING_MEAN: Final = "centre"
WHITENING_MATRIX: Final = "spread"
# The key of the temperature, or of the priors, for languages without an entry of their own.
ANY_LANGUAGE: Final = "*"
# Strength of the logit adjustment (arXiv:2007.07314, there 1) that moves logits from the class
# shares of the training texts towards equal shares. 15 % of the English training tweets for
# sentiment are negative: a model that expects the same share of a brand in trouble overlooks the
# trouble. Chosen on 2,142 held-out tweets of the same set. Macro-recall: 0.719 at 0, 0.727 at
# 0.25, 0.737 at 0.5, 0.736 at 0.75, 0.743 at 1. Accuracy: 0.729, 0.726, 0.722, 0.709, 0.704.
PRIOR_ADJUSTMENT: Final = 0.5

Array = np.ndarray[Any, np.dtype[np.float32]]
PerLanguage = TypeVar("PerLanguage")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationHead:
    """The classes of one head, the languages it is valid for, and its calibration."""

    classes: tuple[str, ...]  # in the order of its outputs
    languages: tuple[str, ...]  # ISO 639-1 codes it was trained and measured on
    temperatures: Mapping[str, float]  # by language or ANY_LANGUAGE; logits are divided by it
    exclusive: bool = True  # False: each class has a probability of its own
    # By language or ANY_LANGUAGE: the class shares of the training texts. Empty: equal shares.
    priors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def temperature(self, language: str | None = None) -> float:
        """Return the divisor of logits of texts in *language* (arXiv:1706.04599); default 1."""
        temperature = for_language(self.temperatures, language)
        return 1.0 if temperature is None else temperature

    def supports(self, language: str | None) -> bool:
        """Return True for a language the head was trained on, and for None (unknown language)."""
        return language is None or language in self.languages

    def adjust_for_priors(self, logits: Array, language: str | None = None) -> Array:
        """Subtract PRIOR_ADJUSTMENT times *language*'s log priors from *logits* (…, classes)."""
        priors = for_language(self.priors, language)
        if priors is None:
            return logits
        log_priors: Array = np.log(np.array(priors, np.float32))
        return logits - np.float32(PRIOR_ADJUSTMENT) * log_priors

    def assumed_shares(self) -> dict[str, tuple[float, ...]]:
        """Return the class shares that the probabilities assume, by language or ANY_LANGUAGE.

        They are those of the training texts, less what `adjust_for_priors` takes back of them.
        """
        shares = {}
        for language, priors in self.priors.items():
            powers = [share ** (1 - PRIOR_ADJUSTMENT) for share in priors]
            shares[language] = tuple(power / sum(powers) for power in powers)
        return shares

    def probabilities(self, logits: Array, languages: Sequence[str | None]) -> Array:
        """Return calibrated probabilities of *logits* (texts, classes); *languages*: one a text."""
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
    """The result of a training, on top of one encoder."""

    encoder_sha256: str  # of the base weights it was trained on; it is valid for these alone
    shared: int  # unchanged layers below it, shared by base and tuned text vectors
    # A weight becomes W + scale * up @ down (LoRA, arXiv:2106.09685; scale = alpha / r).
    scale: float
    heads: Mapping[str, ClassificationHead]  # SENTIMENT first
    # "layer.N.NAME.down" (r, in), "….up" (out, r), "head.NAME.…", WHITENING_MEAN, WHITENING_MATRIX
    tensors: Mapping[str, Array]
    proof: Mapping[str, tuple[float, ...]]  # self-test: sentences and their sentiment probabilities
    notes: Mapping[str, Any]  # recipe, validation scores and figures of the training
    sha256: str = ""  # of the file, 64 hex digits; empty before it is written

    @property
    def figures(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Figures by head, one for each evaluation set (`nlp.training.figures`)."""
        figures_by_head: Mapping[str, Sequence[Mapping[str, Any]]] = self.notes.get("figures", {})
        return figures_by_head

    def weight_change(self, name: str) -> Array | None:
        """Return the low-rank change of the weight of layer *name*, shape (out, in).

        None if the adapter does not change that layer.
        """
        if f"{name}.down" not in self.tensors:
            return None
        change: Array = self.tensors[f"{name}.up"] @ self.tensors[f"{name}.down"]
        return change * np.float32(self.scale)

    def head_tensors(self, name: str) -> dict[str, Array]:
        """Return the tensors of the head *name* by their names in the network; may be empty."""
        prefix = f"head.{name}."
        return {
            tensor_name.removeprefix(prefix): tensor
            for tensor_name, tensor in self.tensors.items()
            if tensor_name.startswith(prefix)
        }

    def whitening(self, width: int) -> tuple[Array, Array]:
        """Return the mean to subtract from un-adapted vectors, and the matrix to multiply them by.

        Shapes (*width*,) and (*width*, *width*). An adapter without them gives zeros and the
        identity matrix.
        """
        mean = self.tensors.get(WHITENING_MEAN, np.zeros(width, np.float32))
        return mean, self.tensors.get(WHITENING_MATRIX, np.eye(width, dtype=np.float32))


def for_language(
    by_language: Mapping[str, PerLanguage], language: str | None
) -> PerLanguage | None:
    """Return the entry of *language* in *by_language*, else that of ANY_LANGUAGE."""
    return by_language.get(language or ANY_LANGUAGE, by_language.get(ANY_LANGUAGE))


def load_adapter(path: Path) -> Adapter:
    """Load the adapter in *path*, its tensors as float32.

    Raises:
        ConfigError: the file is missing or is not an adapter.
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
    """Write *adapter* as half-precision safetensors, atomically."""
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
    partial.chmod(0o644)  # safetensors makes files that only their owner may read
    partial.replace(path)


def _parse_head(fields: Mapping[str, Any]) -> ClassificationHead:
    tuples = {name: tuple(fields[name]) for name in ("classes", "languages")}
    priors = {
        language: tuple(class_shares) for language, class_shares in fields.get("priors", {}).items()
    }
    return ClassificationHead(**{**fields, **tuples, "priors": priors})
