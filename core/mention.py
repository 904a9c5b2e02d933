"""A mention is one public post, comment, article or review; a verdict is a model's word on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.entity import Entity, Place, common_place

DECISION_THRESHOLD: Final = (
    0.5  # from this probability on a class that excludes no other is said of a text
)


class Sentiment(StrEnum):
    """The three classes, in the order of every probability vector."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Emotion(StrEnum):
    """The classes of the head ``emotion``; they exclude each other."""

    ANGER = "anger"
    JOY = "joy"
    OPTIMISM = "optimism"
    SADNESS = "sadness"


class Intent(StrEnum):
    """What somebody wants with a text: the classes of the head ``intent``; several may hold."""

    COMPLAINT = "complaint"
    CHURN_RISK = "churn_risk"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    PURCHASE = "purchase"


class MentionState(StrEnum):
    """What the platform did to a mention."""

    LIVE = "live"
    EDITED = "edited"
    DELETED = "deleted"


class AnalysisState(StrEnum):
    """Where a mention stands in scoring."""

    PENDING = "pending"
    SCORED = "scored"
    UNSCORED = "unscored"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one model said of one revision, of the whole text (watch None) or towards one watch.

    Towards a watch it said the sentiment alone: topics and heads are those of the whole text.
    """

    watch: str | None
    sentiment: Sentiment | None  # None: only topics are known (the language is not the model's)
    probabilities: Mapping[str, float]  # by class, sum 1; empty where sentiment is None
    polarity: float | None  # P(positive) - P(negative), in [-1, 1]
    topics: tuple[str, ...]  # topic ids, best first
    model: str  # name, adapter hash, device and precision
    text_sha256: str
    # What else it read, the evidence of the three properties below: calibrated probabilities by
    # head and class; empty where the model has no other head or does not know the language.
    heads: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    # How much of the cleaned text it read, by characters, in (0, 1]: below 1 of a long text, of
    # which the head and the sentences around the words of its watches stand for the rest.
    read_share: float = 1.0

    @property
    def emotion(self) -> Emotion | None:
        """The likeliest emotion; None: no head of the model read it."""
        by_class = self.heads.get("emotion", {})
        return max((e for e in Emotion if e in by_class), key=by_class.__getitem__, default=None)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Every intent that is LIKELY, the likeliest first; none: (), as where no head read it."""
        by_class = self.heads.get("intent", {})
        likely_intents = [
            intent for intent in Intent if by_class.get(intent, 0.0) >= DECISION_THRESHOLD
        ]
        return tuple(sorted(likely_intents, key=by_class.__getitem__, reverse=True))

    @property
    def offensive(self) -> bool | None:
        """Whether it is LIKELY to offend somebody; None: no head of the model read it."""
        probability = self.heads.get("offence", {}).get("offensive")
        return None if probability is None else probability >= DECISION_THRESHOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A mention as the record tells it now; the keys of ``mentions --jsonl`` (contract)."""

    id: str
    uri: str
    url: str
    sources: tuple[str, ...]
    state: MentionState
    analysis: AnalysisState
    published: datetime
    edited: datetime | None
    first_seen: datetime
    last_seen: datetime
    revision: int  # 1 for the first state of the text
    text: str
    text_sha256: str
    language: str | None  # ISO 639-1; None: unknown
    voice: str | None  # core.identity.voice_id; None: the source names no author
    family: str | None  # near-duplicates share it
    parent: str | None
    watches: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    reason: str | None = None  # why it is unscored or quarantined
    entities: tuple[Entity, ...] = ()  # what its text names; none before analysis
    phrases: tuple[str, ...] = ()  # that carry it, the weightiest first

    @property
    def place(self) -> Place | None:
        """Where it is set, if that is one place."""
        return common_place(self.entities)

    @property
    def verdict(self) -> Verdict | None:
        """The newest verdict on the whole text of the current revision, or None."""
        whole_text_verdicts = [
            v for v in self.verdicts if v.watch is None and v.text_sha256 == self.text_sha256
        ]
        return whole_text_verdicts[-1] if whole_text_verdicts else None

    def verdict_for(self, watch: str | None) -> Verdict | None:
        """Whose sentiment counts for *watch*: the verdict towards it by the model of ``verdict``.

        Where there is none, as where the text names no other watch, that on the whole text.
        """
        whole_text_verdict = self.verdict
        if whole_text_verdict is None or watch is None:
            return whole_text_verdict
        current = (whole_text_verdict.model, whole_text_verdict.text_sha256)
        targeted_verdicts = [
            v for v in self.verdicts if v.watch == watch and v.sentiment is not None
        ]
        return next(
            (v for v in targeted_verdicts if (v.model, v.text_sha256) == current),
            whole_text_verdict,
        )

    def sentiment_for(self, watch: str | None) -> Sentiment | None:
        """What is said of *watch*, or with None of anything; None: not scored."""
        verdict = self.verdict_for(watch)
        return verdict.sentiment if verdict else None
