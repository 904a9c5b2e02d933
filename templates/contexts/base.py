"""Base class of all contexts, and the values shared by several of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The reader's IANA zone and the locale of a catalogue. Base of every template's context."""

    zone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentShare:
    """The share of one sentiment in whole percents; the shares of a bar sum to 100."""

    tone: str
    percent: int


def sentiment_shares(
    negative: int, neutral: int, positive: int, unscored_count: int = 0
) -> tuple[SentimentShare, ...]:
    """Return the parts of a stacked bar, at least 1 percent each; the largest part is adjusted."""
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
