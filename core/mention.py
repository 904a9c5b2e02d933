"""Mentions (public posts, comments, articles, reviews) and the verdicts of models on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.entity import Entity, Place, common_place
from core.role import Role, RoleOrigin, likeliest_role
from core.timestamps import UNDATED, DateProblem

DECISION_THRESHOLD: Final = 0.5  # lowest probability of a class that may hold beside others
# Half of the texts that train irony are ironic, of ordinary posts one in twenty. Of the 774 texts
# of tests/data/kinds.jsonl (56 are ironic), by e5, 134 have 0.5 or more, one in seven of them
# rightly; 18 have 0.8 or more, one in three.
IRONY_THRESHOLD: Final = 0.8


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
    """The classes of the head ``intent``, the purpose of an author; several may hold."""

    COMPLAINT = "complaint"
    CHURN_RISK = "churn_risk"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    PURCHASE = "purchase"


class MentionState(StrEnum):
    """The states of a mention on its platform."""

    LIVE = "live"
    EDITED = "edited"
    DELETED = "deleted"


class AnalysisState(StrEnum):
    """The states of a mention in the analysis."""

    PENDING = "pending"
    SCORED = "scored"
    UNSCORED = "unscored"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of one model on one revision: on the whole text (watch None) or towards a watch.

    A verdict towards a watch has a sentiment alone; topics and heads belong to the whole text.
    """

    watch: str | None
    sentiment: Sentiment | None  # None: topics alone (the model does not support the language)
    probabilities: Mapping[str, float]  # by class, sum 1; empty where sentiment is None
    polarity: float | None  # P(positive) - P(negative), in [-1, 1]
    topics: tuple[str, ...]  # topic ids, best first
    model: str  # name, adapter hash, device and precision
    text_sha256: str
    # Calibrated probabilities by head and class, for the properties below; empty where the
    # model has no other head or does not support the language.
    heads: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    # The share of the cleaned text that the model got, by characters, in (0, 1]. It is below 1 for
    # a long text: the beginning and the sentences around the words of its watches stand for it.
    read_share: float = 1.0
    # The expected shares by sentiment that moved the probabilities; empty: none was set.
    prior: Mapping[str, float] = field(default_factory=dict)
    rule: str | None = None  # the rule that gave the sentiment ("rating"); None: the model did
    orders_left_out: bool = False  # True: the text has orders to a machine, which were not scored

    @property
    def emotion(self) -> Emotion | None:
        """The likeliest emotion; None: the model has no such head."""
        by_class = self.heads.get("emotion", {})
        return max((e for e in Emotion if e in by_class), key=by_class.__getitem__, default=None)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Intents from ``DECISION_THRESHOLD`` on, the likeliest first; () also without a head."""
        by_class = self.heads.get("intent", {})
        likely_intents = [
            intent for intent in Intent if by_class.get(intent, 0.0) >= DECISION_THRESHOLD
        ]
        return tuple(sorted(likely_intents, key=by_class.__getitem__, reverse=True))

    @property
    def offensive(self) -> bool | None:
        """True from ``DECISION_THRESHOLD`` on; None: the model has no such head."""
        return self._holds("offence", "offensive")

    @property
    def ironic(self) -> bool | None:
        """True from ``IRONY_THRESHOLD`` on: perhaps ironic; None: the model has no such head."""
        return self._holds("irony", "irony", IRONY_THRESHOLD)

    @property
    def role(self) -> Role | None:
        """The likeliest role of the author; None: the model has no such head."""
        return likeliest_role(self.heads)

    def _holds(self, head: str, name: str, threshold: float = DECISION_THRESHOLD) -> bool | None:
        probability = self.heads.get(head, {}).get(name)
        return None if probability is None else probability >= threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Likes, replies and the like, from a crawl that found other counts than the one before it."""

    at: datetime
    counts: Mapping[str, int]  # by name, such as "likes"; as the source publishes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A mention in its present state; its fields are the keys of ``mentions --jsonl``."""

    id: str
    uri: str
    url: str
    sources: tuple[str, ...]
    state: MentionState
    analysis: AnalysisState
    published: datetime | None  # None: unknown; the first sighting if the stated time is ahead
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
    entities: tuple[Entity, ...] = ()  # none before the analysis
    phrases: tuple[str, ...] = ()  # key phrases, the weightiest first
    author_role: Role | None = None  # as the platform marks the account; None: it does not
    brand_of: tuple[str, ...] = ()  # slugs of the watches whose own account wrote it
    engagement: tuple[Engagement, ...] = ()  # oldest first; () if the source publishes none
    undated: DateProblem | None = None  # why it is in no count of a time; None: published counts

    @property
    def counted_at(self) -> datetime | None:
        """The time at which the mention counts; None: it counts at no time."""
        return None if self.undated else self.published

    @property
    def sorted_at(self) -> datetime:
        """The time at which the mention is sorted: undated ones are the oldest."""
        return self.counted_at or UNDATED

    @property
    def place(self) -> Place | None:
        """The common place of the entities; see :func:`core.entity.common_place`."""
        return common_place(self.entities)

    @property
    def verdict(self) -> Verdict | None:
        """The newest verdict on the whole text of the current revision, or None."""
        whole_text_verdicts = [
            v for v in self.verdicts if v.watch is None and v.text_sha256 == self.text_sha256
        ]
        return whole_text_verdicts[-1] if whole_text_verdicts else None

    @property
    def role(self) -> Role:
        """The role of the author; ``brand`` for an own account of any watch."""
        return Role.BRAND if self.brand_of else self._role_by_others

    def role_for(self, watch: str | None) -> Role:
        """Return the role of the author for *watch*: its own account is the brand of it alone."""
        if watch is None:
            return self.role
        return Role.BRAND if watch in self.brand_of else self._role_by_others

    @property
    def role_origin(self) -> RoleOrigin:
        """The evidence for ``role``."""
        if self.brand_of:
            return RoleOrigin.ACCOUNT
        if self.author_role is not None:
            return RoleOrigin.PLATFORM
        has_head = self.verdict is not None and self.verdict.role is not None
        return RoleOrigin.MODEL if has_head else RoleOrigin.DEFAULT

    @property
    def _role_by_others(self) -> Role:
        """The role by the platform, else by the model, else the default."""
        verdict_role = self.verdict.role if self.verdict else None
        return self.author_role or verdict_role or Role.CUSTOMER

    def verdict_for(self, watch: str | None) -> Verdict | None:
        """Return the verdict that counts for *watch*: towards it, by the model of ``verdict``.

        Without one (the text names no other watch) return the verdict on the whole text.
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
        """Return the sentiment towards *watch*, None: of the whole text; None if not scored."""
        verdict = self.verdict_for(watch)
        return verdict.sentiment if verdict else None
