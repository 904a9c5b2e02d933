"""Labelled texts by their use: training with repeats, calibration, validation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp.training.datasets import LabelledTexts, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Training texts, used *repeats* times an epoch; 1.5 is once, and half of them again."""

    texts: LabelledTexts
    repeats: float = 1.0
    teacher_texts: tuple[str, ...] = ()  # input of a teacher, text by text; empty: the texts

    @property
    def has_labels(self) -> bool:
        """True for labelled texts; the others need the probabilities of a teacher."""
        return bool(self.texts.targets.any())

    def with_teacher(self, teacher_probabilities: Targets | None) -> "Portion":
        """Blend the labels half and half with *teacher_probabilities*; None changes nothing.

        Texts without labels get the teacher's probabilities alone. These carry the certainty and
        the likeliest alternatives of a text (distillation, arXiv:1503.02531).
        """
        if teacher_probabilities is None:
            return self
        total = self.texts.targets + teacher_probabilities
        blend: Targets = total / total.sum(axis=1, keepdims=True)
        return replace(self, texts=replace(self.texts, targets=blend))


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The labelled texts of a training; training texts are in no other part."""

    training: tuple[Portion, ...]
    # By head and language (or ANY_LANGUAGE), for temperatures.
    calibration: Mapping[tuple[str, str], LabelledTexts]
    validation: Mapping[str, LabelledTexts]  # by name; for the choice of the recipe and reports
    # By head and language (or ANY_LANGUAGE): the class shares of training texts, if not equal.
    priors: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    alignment_texts: tuple[str, ...] = ()  # English texts for alignment to a better encoder

    def for_heads(self, heads: Collection[str]) -> "Splits":
        """Return the texts of *heads*; those without labels are not used in training."""
        return Splits(
            training=tuple(
                portion
                for portion in self.training
                if portion.texts.head in heads and portion.has_labels
            ),
            calibration={key: texts for key, texts in self.calibration.items() if key[0] in heads},
            priors={key: shares for key, shares in self.priors.items() if key[0] in heads},
            validation={
                name: dataset for name, dataset in self.validation.items() if dataset.head in heads
            },
        )

    def with_teacher(self, teacher_probabilities: Sequence[Targets | None]) -> "Splits":
        """Return these splits with *teacher_probabilities*, one entry a portion, in the targets."""
        portions = (
            portion.with_teacher(probabilities)
            for portion, probabilities in zip(self.training, teacher_probabilities, strict=True)
        )
        return replace(self, training=tuple(portions))
