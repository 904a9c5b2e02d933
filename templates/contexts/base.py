"""What every context knows, and the values that several of them show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who reads: an IANA zone and the locale of a catalogue. Base of every template's context."""

    zone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentShare:
    """How much of something was of which sentiment, in whole percents that sum to 100."""

    tone: str
    percent: int


def sentiment_shares(
    negative: int, neutral: int, positive: int, unscored_count: int = 0
) -> tuple[SentimentShare, ...]:
    """The parts of a stacked bar; whatever is not nothing is seen, the largest part gives way."""
    counts = {
        "negative": negative,
        "neutral": neutral,
        "positive": positive,
        "unscored": unscored_count,
    }
    total = sum(counts.values())
    percents = {tone: max(1, 100 * n // total) for tone, n in counts.items() if n}
    if percents:
        percents[max(percents, key=lambda tone: counts[tone])] += 100 - sum(percents.values())
    return tuple(SentimentShare(tone=tone, percent=percent) for tone, percent in percents.items())
