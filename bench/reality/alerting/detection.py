"""Detection, step by step: the mentions of a case go in, the events that readers get come out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.detection.detector import Detection, DetectionContext, detect, load_start
from alerts.detection.detector_state import DetectorState
from alerts.detection.lifecycle import IncidentEvent, NotifyReason
from bench.reality.alerting.answers import Case
from bench.reality.alerting.brand import BRAND
from bench.reality.alerting.clock import at_hour, hours_at, moments, step
from bench.reality.alerting.draws import TOPICS, DrawnMention, draw_mentions
from bench.reality.product import product_calls
from core.incident import IncidentKind
from core.mention import Sentiment
from core.observation import Observation
from nlp.text.duplicates import fold

EVERY_MIN: Final = 10
UNITS: Final = 24
"""Watches and topics of watches in the installation, for its budget of false alarms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event of a crisis or of a lesser change, as far as a case can ask for it.

    Attributes:
        at_h: the hour of the look that brought it.
        opened: the beginning of its incident, which is also the incident's name.
        topic: the topic under which it is reported; None: the brand as a whole.
        topics: all topics with a score over their threshold, the highest first.
    """

    at_h: float
    reason: NotifyReason
    kind: IncidentKind
    opened: datetime
    topic: str | None
    topics: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.at_h:.1f} h {self.kind} {self.reason} {self.topic or 'the brand'}"


def notices(case: Case) -> list[Notice]:
    """Return all events of *case*, oldest first.

    Raises:
        ProductError: the product raised an exception.
    """
    mentions = draw_mentions(case)
    with product_calls():
        observations = [_observation(n, mention) for n, mention in enumerate(mentions)]
    setting = DetectionContext(
        taxonomy=TOPICS, units=UNITS, backfilled_at=at_hour(case["look"]["from_h"])
    )
    state: DetectorState | None = None
    events: list[Notice] = []
    for now in moments(case, step(case, EVERY_MIN)):
        with product_calls():
            detection = detect(
                BRAND, _visible(observations, setting, state, now), state, now, setting
            )
        if _is_news(detection, state):
            state = detection.state
        events += [_notice(event, now) for event in detection.events]
    return events


def _observation(number: int, mention: DrawnMention) -> Observation:
    return Observation(
        id=f"m{number:06d}",
        at=at_hour(mention.at_h),
        first_seen=at_hour(mention.crawled_h),
        voice=mention.author,
        sentiment=Sentiment.NEGATIVE if mention.is_negative else Sentiment.NEUTRAL,
        topics=mention.topics,
        family=fold(mention.text).key if mention.text else f"own{number}",
    )


def _visible(
    observations: Sequence[Observation],
    setting: DetectionContext,
    state: DetectorState | None,
    now: datetime,
) -> list[Observation]:
    """Return what a query of the database would return at *now*."""
    oldest = load_start(BRAND, setting, state)
    return [
        observation
        for observation in observations
        if (oldest is None or observation.at >= oldest)
        and observation.at <= now
        and observation.first_seen <= now
    ]


def _is_news(detection: Detection, state: DetectorState | None) -> bool:
    """Return whether the detection step of the product would store the new state."""
    after = detection.state
    if after is None:
        return False
    return bool(detection.events) or state is None or _basis(after) != _basis(state)


def _basis(state: DetectorState) -> tuple[object, ...]:
    return (
        state.query,
        state.zone,
        state.history_version,
        state.baseline.units,
        state.baseline.learnt_to,
    )


def _notice(event: IncidentEvent, now: datetime) -> Notice:
    return Notice(
        at_h=hours_at(now),
        reason=event.reason,
        kind=event.kind,
        opened=event.opened,
        topic=event.topic,
        topics=event.topics,
    )
