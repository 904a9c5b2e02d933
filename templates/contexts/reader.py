"""What every context knows, and the values that several of them show."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who reads: an IANA zone and the locale of a catalogue. Base of every template's context."""

    zone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A source that did not answer as it should."""

    name: str
    state: str  # late | silent | forbidden | broken | gap
    since: datetime | None = None
    reason: str = ""  # in a few words, from the record; never a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was heard: *heard* of *sources* answered, the others are named."""

    sources: int
    heard: int
    unheard: tuple[Unheard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A part of Harken that worked and works no more."""

    what: str  # record | source | scorer | index | smtp | scheduler
    name: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How much of something was of which sentiment, in whole percents that sum to 100."""

    tone: str
    percent: int


def mix(negative: int, neutral: int, positive: int, unscored: int = 0) -> tuple[Mix, ...]:
    """The parts of a stacked bar; whatever is not nothing is seen, the largest part gives way."""
    counts = {"negative": negative, "neutral": neutral, "positive": positive, "unscored": unscored}
    total = sum(counts.values())
    percents = {tone: max(1, 100 * n // total) for tone, n in counts.items() if n}
    if percents:
        percents[max(percents, key=lambda tone: counts[tone])] += 100 - sum(percents.values())
    return tuple(Mix(tone=tone, percent=percent) for tone, percent in percents.items())
