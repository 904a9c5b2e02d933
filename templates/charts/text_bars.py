"""Charts for a letter's text part: one character of ▁▂▃▄▅▆▇█ a bar."""

from collections.abc import Iterable, Sequence
from typing import Final

from templates.charts.geometry import Bar
from templates.contexts.base import SentimentShare

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP_BLOCK: Final = "·"  # not heard
_TONE_BLOCKS: Final = {"negative": "█", "neutral": "▒", "positive": "░", "unscored": "·"}


def sparkline(bars: Sequence[Bar]) -> str:
    """*bars* as high as their share of the fullest; the lowest block is nothing at all."""
    peak = max((bar.total for bar in bars), default=0) or 1
    # ceil: whatever is not nothing must not look like nothing
    return "".join(
        BLOCKS[-(-bar.total * 7 // peak)] if bar.is_covered else GAP_BLOCK for bar in bars
    )


def stacked(shares: Iterable[SentimentShare], width: int = 20) -> str:
    """A stacked bar of about *width* characters: █ negative, ▒ neutral, ░ positive, · unscored."""
    return "".join(
        _TONE_BLOCKS[part.tone] * max(1, round(part.percent * width / 100)) for part in shares
    )
