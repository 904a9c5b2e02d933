"""A model with further heads that reads towards a marked brand: one can foretell its answers."""

from collections.abc import Sequence
from typing import ClassVar

from nlp.model import Prediction
from nlp.text.target_marking import MARKS
from tests.nlp.factories import WordModel

ODD = "odd"  # to a text with this word a head answers with no number


class AimingModel(WordModel):
    """Judges the clause with the mark, or without one the whole text; "awful" makes it angry."""

    supports_targets = True
    heads: ClassVar = {
        "emotion": ("anger", "joy", "optimism", "sadness"),
        "offence": ("clean", "offensive"),
        "intent": ("complaint", "question", "request", "praise", "purchase", "churn_risk"),
    }

    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """The sentiment of the clause, the heads of all words."""
        plain = super().read([_clause(text) for text in texts], languages)
        return [
            Prediction(probabilities=one.probabilities, vector=one.vector, heads=_heads(text))
            for one, text in zip(plain, texts, strict=True)
        ]


def _clause(text: str) -> str:
    """What stands between two "but" around the mark; all of a text without one."""
    return next((part for part in text.split(" but ") if MARKS[0] in part), text)


def _heads(text: str) -> dict[str, tuple[float, ...]]:
    angry = "awful" in text
    intent = (0.8 if angry else 0.1, 0.5 if "?" in text else 0.2, 0.1, 0.1, 0.1, 0.9 * angry)
    return {
        "emotion": (0.7, 0.1, 0.1, 0.1) if angry else (0.1, 0.6, 0.2, 0.1),
        "offence": (float("nan"),) * 2 if ODD in text else (1.0 - 0.6 * angry, 0.6 * angry),
        "intent": intent,
    }
