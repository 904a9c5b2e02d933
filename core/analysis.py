"""Values of the analyse step: its mentions, results and explanations, and its measured quality."""

from dataclasses import dataclass
from datetime import date

from core.entity import Entity
from core.mention import AnalysisState, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingMention:
    """One revision of a mention that waits for its verdict."""

    id: str
    text: str
    text_sha256: str
    claimed_language: str | None  # what the platform claims, ISO 639-1; may be wrong
    watches: tuple[str, ...] = ()  # slugs of the watches that it matches
    attempts: int = 0  # earlier leases that ended without a result


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntities:
    """The entities and key phrases of one revision."""

    id: str  # of the mention
    text_sha256: str
    entities: tuple[Entity, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisResult(TextEntities):
    """The result of analysing one revision."""

    analysis: AnalysisState  # scored, unscored or quarantined
    reason: str | None  # why it has no score: "empty", "language:de", "language:unknown", an error
    language: str | None  # ISO 639-1; None: unknown
    verdicts: tuple[Verdict, ...]
    vector: bytes | None  # un-adapted embedding, float16, little endian; None: not embedded
    encoder_sha256: str
    model: str  # name of the model that analysed it


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEffect:
    """A word or phrase of a text, as ``text[start:end]``, with its effect on the polarity."""

    start: int
    end: int
    # Polarity with the phrase less polarity without it, in [-2, 2]: below 0 it makes the text more
    # negative.
    change: float

    @property
    def counts_only_with_others(self) -> bool:
        """True if it alone changes nothing in the hundredths of polarity that people are shown."""
        return round(abs(self.change) * 100) == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The words behind the sentiment of one text, towards a watch or as a whole.

    It holds positions, not words, so an erased text stays erased.
    """

    watch: str | None  # None: of the whole text
    model: str  # name of the model that was asked; of the verdict unless a rule decided
    text_sha256: str
    polarity: float | None  # of the text as it was explained; None: the model does not score it
    words: tuple[WordEffect, ...] = ()  # strongest first; all push in one direction
    # Polarity with these words less polarity without all of them; 0 where there is none.
    joint_change: float = 0.0
    rule: str | None = None  # name of the rule that decided instead of the model


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """The quality of a model at sentiment on one set of texts."""

    set_name: str  # of the data set, such as "semeval_sentiment_train"
    n: int  # texts
    language: str | None  # ISO 639-1; None: several
    accuracy: float  # share of the texts with the right sentiment, 0 to 1
    macro_recall: float  # mean recall of the classes, 0 to 1
    held_out: bool  # True: the set had no part in the training or in any choice
    date: date | None  # of the measurement; None: not recorded
