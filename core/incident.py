"""What detection found, with the numbers that every page and letter quotes verbatim."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class IncidentKind(StrEnum):
    """Only a crisis is an incident and pages; the others are notices."""

    CRISIS = "crisis"
    ATTENTION = "attention"
    SOUR = "sour"
    HEALTH = "health"


class IncidentState(StrEnum):
    """The life of an incident."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """Why detection raised its voice: one unit (a watch, or one topic of it) at one moment."""

    watch: str
    topic: str | None  # None: the watch as a whole
    kind: IncidentKind
    severity: int  # 1 (worst) to 4
    onset: datetime  # where the excess began, estimated backwards from detection
    detected: datetime  # the `now` of the evaluation that found it
    window_s: int  # width of the strongest window, seconds
    observed: int  # negative voices in that window, each counted once
    expected: float  # negative voices usual for it
    voices: int  # all scored voices in that window
    negative_share: float  # observed / voices, 0 to 1
    usual_share: float  # 0 to 1
    score: float  # the crisis score X, in -log10 of the tail probability
    threshold: float  # what X had to reach
    baseline_days: float  # how much history taught the baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One crisis of one watch, or a notice; the keys of the contract's ``incident``."""

    id: int
    watch: str
    topic: str | None
    kind: IncidentKind
    state: IncidentState
    severity: int
    onset: datetime
    detected: datetime
    updated: datetime
    resolved: datetime | None
    observed: int
    expected: float
    negative_share: float
    usual_share: float
    voices: int  # distinct negative ones since onset
    families: int  # distinct negative texts since onset
    mentions: tuple[str, ...]  # evidence: ids of the negative ones since onset, oldest first
    coverage: Mapping[str, object] = field(default_factory=dict)
    spike: Mapping[str, object] = field(default_factory=dict)
    # spike: window_s, score, threshold, baseline_days
    revision: int = 1  # grows with every event that its readers are told

    @property
    def name(self) -> str:
        """The name that people use: ``INC-7``."""
        return f"INC-{self.id}"
