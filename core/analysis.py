"""Values of the analyse step: the mentions that it takes and the results that the store saves."""

from dataclasses import dataclass

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
