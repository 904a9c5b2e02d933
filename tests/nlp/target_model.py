"""A predictable model with further heads and sentiment towards a marked brand."""

from collections.abc import Sequence
from typing import ClassVar

from nlp.model import Prediction
from nlp.text.target_marking import MARKS
from tests.nlp.factories import WordModel

NAN_WORD = "odd"  # for a text with this word a head returns NaN


class TargetModel(WordModel):
    """A model that scores the clause with the mark, else the whole text; "awful" means anger."""

    supports_targets = True
    heads: ClassVar = {
        "emotion": ("anger", "joy", "optimism", "sadness"),
        "offence": ("clean", "offensive"),
        "intent": ("complaint", "question", "request", "praise", "purchase", "churn_risk"),
    }

    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """Return the sentiment of the clause and the heads of the whole text."""
        plain = super().predict([_clause(text) for text in texts], languages)
        return [
            Prediction(
                probabilities=prediction.probabilities, vector=prediction.vector, heads=_heads(text)
            )
            for prediction, text in zip(plain, texts, strict=True)
        ]


def _clause(text: str) -> str:
    """Return the clause with the mark, between two "but"; the whole text without a mark."""
    return next((part for part in text.split(" but ") if MARKS[0] in part), text)


def _heads(text: str) -> dict[str, tuple[float, ...]]:
    is_angry = "awful" in text
    intent = (0.8 if is_angry else 0.1, 0.5 if "?" in text else 0.2, 0.1, 0.1, 0.1, 0.9 * is_angry)
    return {
        "emotion": (0.7, 0.1, 0.1, 0.1) if is_angry else (0.1, 0.6, 0.2, 0.1),
        "offence": (float("nan"),) * 2
        if NAN_WORD in text
        else (1.0 - 0.6 * is_angry, 0.6 * is_angry),
        "intent": intent,
    }
