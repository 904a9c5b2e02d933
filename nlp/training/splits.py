"""Labelled texts by their use: what is learned and how often, what calibrates, what judges."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp.training.datasets import LabelledTexts, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Texts that are learned *passes* times an epoch; 1.5 is once, and half of them again."""

    texts: LabelledTexts
    repeats: float = 1.0
    teacher_texts: tuple[
        str, ...
    ] = ()  # what a teacher reads instead, text by text; none: the texts

    @property
    def has_labels(self) -> bool:
        """Whether the texts have labels; if not, they are for a teacher to answer."""
        return bool(self.texts.targets.any())

    def with_teacher(self, teacher_probabilities: Targets | None) -> "Portion":
        """Half of what is learned is the label, half what a teacher *said*; else all is his word.

        The teacher's probabilities tell how sure a text is and what it also could be
        (distillation, arXiv:1503.02531).
        """
        if teacher_probabilities is None:
            return self
        total = self.texts.targets + teacher_probabilities
        blend: Targets = total / total.sum(axis=1, keepdims=True)
        return replace(self, texts=replace(self.texts, targets=blend))


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The uses of labelled texts; what is learned stands in no other part."""

    training: tuple[Portion, ...]
    calibration: Mapping[
        tuple[str, str], LabelledTexts
    ]  # by head and language (or ANY): temperatures
    validation: Mapping[str, LabelledTexts]  # by name: choose the recipe, are the figures we report
    # By head and language (or ANY): the shares of the classes in what is learned, if not alike.
    priors: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    alignment_texts: tuple[str, ...] = ()  # English texts that show how a better encoder sees them

    def for_heads(self, heads: Collection[str]) -> "Splits":
        """What concerns *heads*; texts without labels are not learned."""
        return Splits(
            training=tuple(
                portion if portion.has_labels else replace(portion, repeats=0.0)
                for portion in self.training
                if portion.texts.head in heads
            ),
            calibration={key: texts for key, texts in self.calibration.items() if key[0] in heads},
            priors={key: shares for key, shares in self.priors.items() if key[0] in heads},
            validation={
                name: dataset for name, dataset in self.validation.items() if dataset.head in heads
            },
        )

    def with_teacher(self, teacher_probabilities: Sequence[Targets | None]) -> "Splits":
        """With what a teacher *said* of each portion beside its labels."""
        portions = (
            p.with_teacher(probabilities)
            for p, probabilities in zip(self.training, teacher_probabilities, strict=True)
        )
        return replace(self, training=tuple(portions))
