"""Incidents and spikes, with the numbers that every page and email quotes verbatim."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

MAX_EVIDENCE: Final = 1000  # mentions stored with an incident, the newest


class IncidentKind(StrEnum):
    """The kinds of incidents. A crisis and a news wave are sent; all but a crisis are notices."""

    CRISIS = "crisis"
    ATTENTION = "attention"
    SOUR = "sour"
    HEALTH = "health"
    NEWS = "news"


class IncidentState(StrEnum):
    """The states of an incident, in their order."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """The evidence of one detection: one unit (a watch, or one topic of it) at one moment."""

    watch: str
    topic: str | None  # None: the watch as a whole
    kind: IncidentKind
    severity: int  # 1 (worst) to 4
    onset: datetime  # start of the excess, estimated backwards from detection
    detected: datetime  # the `now` of the evaluation that detected it
    window_s: int  # width of the strongest window, seconds
    observed: int  # distinct negative authors in that window
    expected: float  # negative authors that are normal for it
    voices: int  # all authors with a score in that window
    negative_share: float  # observed / voices, 0 to 1
    usual_share: float  # 0 to 1
    score: float  # the crisis score X, in -log10 of the tail probability
    threshold: float  # the value that X had to reach
    baseline_days: float  # length of the history behind the baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One crisis of one watch, or a notice; its fields are the keys of ``incident`` in JSON."""

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
    voices: int  # distinct negative authors since onset
    families: int  # distinct negative texts since onset
    mentions: tuple[str, ...]  # evidence: ids of the negative mentions since onset, oldest first
    coverage: Mapping[str, object] = field(default_factory=dict)
    spike: Mapping[str, object] = field(default_factory=dict)
    # spike: window_s, score, threshold, baseline_days
    revision: int = 1  # grows with every event that is sent to its readers

    @property
    def name(self) -> str:
        """The name that people use: ``INC-7``."""
        return f"INC-{self.id}"

    @property
    def is_unresolved_crisis(self) -> bool:
        """True for a crisis that is not resolved, acknowledged or not."""
        return self.kind is IncidentKind.CRISIS and self.state is not IncidentState.RESOLVED
