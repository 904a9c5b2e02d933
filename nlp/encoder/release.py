"""The files and numbers of a model as they were released; other ones are not loaded.

The expected values come from the code (`nlp.encoder.pins`, the sources of encoders) or from the
settings, never from the files that are checked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import ConfigError
from nlp.encoder.adapter import Adapter, load_adapter
from nlp.encoder.pins import ADAPTER_SHA256, PROOF
from nlp.encoder.pretrained import (
    REINSTALL_REMEDY,
    WEIGHTS_FILE,
    FileCheck,
    PretrainedEncoder,
    check_files,
    file_sha256,
)

TOLERANCE: Final = 0.1  # of a probability in the self-test; bfloat16 moves them by 0.02
_OWN_REMEDY: Final = "if you trust the file, set model.weights_sha256 to its sha256"

# Returns the sentiment of each text, in order: negative, neutral, positive. None: not finite.
PredictSentiment = Callable[[list[str]], list[tuple[float, float, float] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The expected files of a model and its expected numbers."""

    adapter_sha256: str
    encoder_files: Mapping[str, str]  # sha256 by name of the files of its encoder
    # Sentences of the self-test and their probabilities of sentiment. None: any finite numbers.
    proof: Mapping[str, tuple[float, ...] | None]
    remedy: str  # for an adapter with another sha256

    def check_adapter(self, path: Path) -> FileCheck:
        """Return the check of the adapter in *path*."""
        sha256 = file_sha256(path) if path.is_file() else None
        return FileCheck(
            name=path.name, expected=self.adapter_sha256, sha256=sha256, remedy=self.remedy
        )

    def checks(self, adapter: Path, encoder: Path) -> Iterator[FileCheck]:
        """Yield the check of each file of the model, the adapter first."""
        yield self.check_adapter(adapter)
        yield from check_files(encoder, self.encoder_files)

    def load(self, adapter: Path, encoder: Path) -> Adapter:
        """Check all files and return the adapter in *adapter*.

        Raises:
            ConfigError: a file is missing, was changed, or is not part of the encoder.
        """
        for check in self.checks(adapter, encoder):
            check.raise_if_wrong()
        loaded_adapter = load_adapter(adapter)
        if loaded_adapter.encoder_sha256 != self.encoder_files[WEIGHTS_FILE]:
            raise ConfigError(
                f"the adapter {adapter.name} belongs to another encoder; see `make train`"
            )
        return loaded_adapter

    def self_test(self, model: str, predict: PredictSentiment) -> None:
        """Compare the predictions of *model* with the proof: finds a wrong tokenizer or kernel.

        Raises:
            ConfigError: a prediction is not finite, or differs by more than ``TOLERANCE``.
        """
        predictions = predict(list(self.proof))
        for number, (prediction, expected) in enumerate(
            zip(predictions, self.proof.values(), strict=True), start=1
        ):
            reason = _difference(prediction, expected)
            if reason:
                raise ConfigError(
                    f"the model {model} failed its self-test: {reason} for sentence {number} of "
                    f"{len(predictions)}; reinstall it"
                )


def packaged_release(adapter_file: str, base: PretrainedEncoder) -> Release:
    """Return the release of the packaged adapter *adapter_file* on the encoder *base*.

    Raises:
        ConfigError: nothing is pinned under that name.
    """
    if adapter_file not in ADAPTER_SHA256:
        raise ConfigError(
            f"no sha256 is pinned for the adapter {adapter_file}; "
            "run: python -m nlp.training.release"
        )
    return Release(
        adapter_sha256=ADAPTER_SHA256[adapter_file],
        encoder_files=base.files,
        proof=PROOF[adapter_file],
        remedy="reinstall harken",
    )


def own_release(adapter: Path, sha256: str | None, encoder_files: Mapping[str, str]) -> Release:
    """Return the release of an adapter of one's own, whose *sha256* is in the settings.

    With that hash its own proof counts; the sentences of the packaged models must give finite
    numbers.

    Raises:
        ConfigError: *sha256* is None, the file has another one, or is not an adapter.
    """
    if sha256 is None:
        raise ConfigError(f"the adapter {adapter.name} is not one of Harken; {_OWN_REMEDY}")
    release = Release(
        adapter_sha256=sha256, encoder_files=encoder_files, proof={}, remedy=_OWN_REMEDY
    )
    release.check_adapter(adapter).raise_if_wrong()
    proof: dict[str, tuple[float, ...] | None] = {
        text: None for sentences in PROOF.values() for text in sentences
    }
    return Release(
        adapter_sha256=sha256,
        encoder_files=encoder_files,
        proof=proof | dict(load_adapter(adapter).proof),
        remedy=_OWN_REMEDY,
    )


def trust_files(adapter: Path, encoder: Path) -> Release:
    """Return a release of the files as they are: for training and tests, never for the product.

    Raises:
        ConfigError: a file is missing or is not an adapter.
    """
    try:
        adapter_sha256, weights_sha256 = file_sha256(adapter), file_sha256(encoder / WEIGHTS_FILE)
    except OSError as error:
        raise ConfigError(f"{error.filename} is missing; {REINSTALL_REMEDY}") from error
    return own_release(adapter, adapter_sha256, {WEIGHTS_FILE: weights_sha256})


def _difference(prediction: tuple[float, ...] | None, expected: tuple[float, ...] | None) -> str:
    """Return the reason why *prediction* is not as *expected*; empty if it is."""
    if prediction is None or not np.isfinite(prediction).all():
        return "no finite numbers"
    if expected is None:
        return ""
    difference = float(np.abs(np.subtract(prediction, expected)).max())
    return f"a probability is {difference:.2f} off" if difference > TOLERANCE else ""
