"""The network in training, its frozen features, and the progress of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, Final, TypeVar

import torch
from torch import nn

from nlp.encoder.adapter import SENTIMENT, ClassificationHead
from nlp.encoder.loading import load_encoder
from nlp.encoder.network import Network
from nlp.encoder.tokenizer import EncoderTokenizer
from nlp.metrics import fit_temperature, macro_recall, softmax
from nlp.training import lora
from nlp.training.datasets import LabelledTexts, Targets
from nlp.training.frozen_features import Features
from nlp.training.splits import Portion, Splits
from nlp.training.trainer import Recipe, Trainer, TrainingSet, logits

HEAD_WIDTHS: Final = {SENTIMENT: 1.0}  # a head's inner width as a share of the encoder's
DEFAULT_HEAD_WIDTH: Final = 0.5  # of all other heads
Name = TypeVar("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """The state of a run at a checkpoint; a row of ``out/train.json``, plus the loss."""

    run: str  # "teacher" or "model"
    step: int
    total: int
    loss: float  # mean since the last report
    validation: Mapping[str, float]  # macro-recall by validation set, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointing:
    """The file a run resumes from, its report, and the interval between checkpoints."""

    checkpoint: Path
    report: Callable[[TrainingProgress], None]
    every: int  # steps


@dataclass(frozen=True, slots=True, eq=False)
class ValidationSet:
    """Labelled texts and their frozen features."""

    texts: LabelledTexts
    features: Features


class MultitaskNetwork:
    """The network in training with its tokenizer, heads and recipe."""

    def __init__(
        self, folder: Path, heads: Mapping[str, ClassificationHead], recipe: Recipe
    ) -> None:
        torch.manual_seed(recipe.seed)  # before the heads are drawn
        base_encoder: Any = load_encoder(folder)
        base_encoder.float()
        width: int = base_encoder.config.hidden_size
        sizes = {
            name: (len(head.classes), round(width * _relative_width(name)))
            for name, head in heads.items()
        }
        self.network = Network(base_encoder, recipe.shared, sizes)
        self._heads, self._recipe = heads, recipe
        self._tokenizer = EncoderTokenizer(folder)

    def features(self, texts: list[str], cache: Path | None = None) -> Features:
        """Return the outputs of the frozen layers for *texts*; training does not change them.

        They are kept in the file *cache*, where there is one.
        """
        return Features(self.network, self._tokenizer, texts, cache)

    def validation_sets(self, datasets: Mapping[Name, LabelledTexts]) -> dict[Name, ValidationSet]:
        """Return *datasets* with their frozen features."""
        return {
            name: ValidationSet(dataset, self.features(list(dataset.texts)))
            for name, dataset in datasets.items()
        }

    def training_set(self, splits: Splits, cache: Path | None = None) -> TrainingSet:
        """Return the training texts of *splits*, one portion behind the other.

        *cache*: as in `features`.
        """
        texts = [portion.texts for portion in splits.training]
        ends = accumulate(map(len, texts))
        return TrainingSet(
            features=self.features(
                [*chain.from_iterable(dataset.texts for dataset in texts)], cache
            ),
            heads=[*chain.from_iterable([dataset.head] * len(dataset) for dataset in texts)],
            targets=[*chain.from_iterable(dataset.targets for dataset in texts)],
            repeats=[
                (range(end - len(portion.texts), end), portion.repeats)
                for end, portion in zip(ends, splits.training, strict=True)
            ],
        )

    def vectors(self, texts: list[str]) -> Targets:
        """Return the un-adapted vectors of *texts*, of length 1, shape (texts, width)."""
        vectors = self.features(texts).vectors(self.network)
        units: Targets = nn.functional.normalize(vectors).numpy()
        return units

    def fit(self, splits: Splits, name: str, checkpointing: Checkpointing) -> None:
        """Train on *splits*, from the checkpoint if it is of this recipe.

        *name* is the run in reports. At the end the network has the averaged weights.
        """
        cache = checkpointing.checkpoint.with_suffix(f".{name}-features")
        training_set = self.training_set(splits, cache)
        validation_sets = self.validation_sets(splits.validation)
        self.adapt()
        trainer = Trainer(self.network, training_set, self._heads, self._recipe)
        trainer.resume(checkpointing.checkpoint)

        def _report(loss: float) -> None:
            scores = self.scores(validation_sets)
            checkpointing.report(
                TrainingProgress(
                    run=name,
                    step=trainer.step,
                    total=trainer.last,
                    loss=loss,
                    validation=scores,
                )
            )

        def _save_and_report(loss: float) -> None:
            trainer.save(checkpointing.checkpoint)
            _report(loss)

        trainer.train(checkpointing.every, _save_and_report)
        trainer.save(checkpointing.checkpoint)
        trainer.use_averaged_weights()
        _report(float("nan"))

    def teacher_probabilities(self, portion: Portion) -> Targets:
        """Return the probabilities of the head of *portion* for its (teacher) texts."""
        texts = list(portion.teacher_texts or portion.texts.texts)
        return softmax(logits(self.network, self.features(texts), portion.texts.head))

    def adapt(self) -> None:
        """Make the tuned layers (by low-rank changes) and the heads trainable."""
        lora.adapt(self.network.tuned, rank=self._recipe.rank, scale=self._recipe.scale)
        self.network.heads.requires_grad_(requires_grad=True)
        for module in self.network.tuned.modules():
            if isinstance(module, nn.Dropout):
                module.p = self._recipe.dropout

    def scores(self, validation_sets: Mapping[str, ValidationSet]) -> dict[str, float]:
        """Return the macro-recall of each validation set, by name."""
        recalls = {}
        for name, validation_set in validation_sets.items():
            predictions = logits(
                self.network, validation_set.features, validation_set.texts.head
            ).argmax(axis=1)
            recalls[name] = round(
                macro_recall(validation_set.texts.targets.argmax(axis=1), predictions), 4
            )
        return recalls

    def fit_temperatures(self, splits: Splits) -> dict[str, ClassificationHead]:
        """Return the heads with their priors, and temperatures fitted on the calibration texts."""
        heads = dict(self._heads)
        for (name, language), priors in splits.priors.items():
            heads[name] = replace(heads[name], priors={**heads[name].priors, language: priors})
        for (name, language), calibration_set in self.validation_sets(splits.calibration).items():
            head = heads[name]
            adjusted_logits = head.adjust_for_priors(
                logits(self.network, calibration_set.features, name), language
            )
            temperature = fit_temperature(
                adjusted_logits, calibration_set.texts.targets.argmax(axis=1)
            )
            heads[name] = replace(head, temperatures={**head.temperatures, language: temperature})
        return heads


def _relative_width(head: str) -> float:
    return HEAD_WIDTHS.get(head, DEFAULT_HEAD_WIDTH)
