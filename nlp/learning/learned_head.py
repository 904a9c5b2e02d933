"""A learned head: a correction of the probabilities of a packaged head, by the vector of a text.

logits = ``scale`` * log(probabilities) + ``weights`` @ vector + ``bias``. The packaged head is the
prior: with scale 1 and zeros nothing changes, and the fit (`nlp.learning.fit`) is pulled towards
that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nlp.metrics import softmax

Matrix = np.ndarray[Any, np.dtype[np.float64]]

LEAST_PROBABILITY: Final = 1e-6  # lower ones count as this: a logarithm needs one


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedHead:
    """The numbers of one head. It is invertible, so that a stored verdict can be fitted again."""

    classes: tuple[str, ...]
    scale: float  # above 0
    bias: Matrix  # (classes,)
    weights: Matrix  # (classes, width); width 0: the vector is not used

    def apply(self, probabilities: Matrix, vectors: Matrix) -> Matrix:
        """Return the corrected probabilities, rows of sum 1, of texts (rows of both arguments)."""
        logits = self.scale * log_probabilities(probabilities) + self._shift(vectors)
        return np.asarray(softmax(logits), np.float64)

    def invert(self, probabilities: Matrix, vectors: Matrix) -> Matrix:
        """Return the probabilities of the packaged head from those of :meth:`apply`."""
        logits = (log_probabilities(probabilities) - self._shift(vectors)) / self.scale
        return np.asarray(softmax(logits), np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON."""
        return {
            "classes": list(self.classes),
            "scale": self.scale,
            "bias": self.bias.tolist(),
            "weights": self.weights.tolist(),
        }

    @classmethod
    def from_json(cls, numbers: Mapping[str, Any]) -> "LearnedHead":
        """Return the head of :meth:`to_json`."""
        classes = tuple(numbers["classes"])
        return cls(
            classes=classes,
            scale=float(numbers["scale"]),
            bias=np.array(numbers["bias"], np.float64),
            weights=np.array(numbers["weights"], np.float64).reshape(len(classes), -1),
        )

    def _shift(self, vectors: Matrix) -> Matrix:
        if not self.weights.shape[1]:
            return self.bias
        shift: Matrix = vectors @ self.weights.T + self.bias
        return shift


def log_probabilities(probabilities: Matrix) -> Matrix:
    """Return the logarithms of *probabilities*, with ``LEAST_PROBABILITY`` for lower ones."""
    logs: Matrix = np.log(np.maximum(probabilities, LEAST_PROBABILITY))
    return logs
