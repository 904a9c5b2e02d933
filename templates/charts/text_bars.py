"""Charts for the text part of an email: one character of ▁▂▃▄▅▆▇█ per bar."""

from collections.abc import Iterable, Sequence
from typing import Final

from templates.charts.geometry import Bar
from templates.contexts.base import SentimentShare

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP_BLOCK: Final = "·"  # not covered
_TONE_BLOCKS: Final = {"negative": "█", "neutral": "▒", "positive": "░", "unscored": "·"}


def sparkline(bars: Sequence[Bar]) -> str:
    """Return a sparkline of *bars* relative to the highest; the lowest block means exactly 0."""
    peak = max((bar.total for bar in bars), default=0) or 1
    # Rounded up: a small bar must not look like an empty one.
    return "".join(
        BLOCKS[-(-bar.total * 7 // peak)] if bar.is_covered else GAP_BLOCK for bar in bars
    )


def stacked(shares: Iterable[SentimentShare], width: int = 20) -> str:
    """Return a bar of about *width* characters: █ negative, ▒ neutral, ░ positive, · unscored."""
    return "".join(
        _TONE_BLOCKS[part.tone] * max(1, round(part.percent * width / 100)) for part in shares
    )
