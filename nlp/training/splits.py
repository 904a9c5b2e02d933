"""Labelled texts by their use: what is learned and how often, what calibrates, what judges."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp.training.datasets import Labelled, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Texts that are learned *passes* times an epoch; 1.5 is once, and half of them again."""

    texts: Labelled
    passes: float = 1.0
    plain: tuple[str, ...] = ()  # what a teacher reads instead, text by text; none: the texts

    @property
    def told(self) -> bool:
        """Whether the texts have labels; if not, they are for a teacher to answer."""
        return bool(self.texts.targets.any())

    def taught(self, said: Targets | None) -> "Portion":
        """Half of what is learned is the label, half what a teacher *said*; else all is his word.

        The teacher's probabilities tell how sure a text is and what it also could be
        (distillation, arXiv:1503.02531).
        """
        if said is None:
            return self
        both = self.texts.targets + said
        mixed: Targets = both / both.sum(axis=1, keepdims=True)
        return replace(self, texts=replace(self.texts, targets=mixed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The uses of labelled texts; what is learned stands in no other part."""

    learned: tuple[Portion, ...]
    calibration: Mapping[tuple[str, str], Labelled]  # by head and language (or ANY): temperatures
    validation: Mapping[str, Labelled]  # by name: choose the recipe, are the figures we report
    # By head and language (or ANY): the shares of the classes in what is learned, if not alike.
    priors: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    likened: tuple[str, ...] = ()  # English texts that show how a better encoder sees them

    def of(self, heads: Collection[str]) -> "Parts":
        """What concerns *heads*; texts without labels are not learned."""
        return Parts(
            learned=tuple(
                portion if portion.told else replace(portion, passes=0.0)
                for portion in self.learned
                if portion.texts.head in heads
            ),
            calibration={key: texts for key, texts in self.calibration.items() if key[0] in heads},
            priors={key: shares for key, shares in self.priors.items() if key[0] in heads},
            validation={name: one for name, one in self.validation.items() if one.head in heads},
        )

    def taught(self, said: Sequence[Targets | None]) -> "Parts":
        """With what a teacher *said* of each portion beside its labels."""
        portions = (p.taught(one) for p, one in zip(self.learned, said, strict=True))
        return replace(self, learned=tuple(portions))
