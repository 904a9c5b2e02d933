"""The planted crises: burning batteries of the brand, and a live crisis of a competitor."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.market import Draft, Maker, Market

HEAT_WATCH: Final = "velorra"  # its batteries burn in the last hours
BILLING_WATCH: Final = "tandrix"  # it charges its customers repeatedly, live

YOUNGEST_S: Final = 5400  # least age of the crisis, seconds
OLDEST_S: Final = 15600  # greatest age of the crisis, seconds
HOME_FORUM: Final = "spokeyard"  # the crisis starts in this forum
SEEDS_S: Final = (0, 120, 260, 420, 600)  # the first posts there, seconds after the onset
HOME_SHARE: Final = 0.12  # it stays in that forum for this share of the time since the onset
RAMP_EXPONENT: Final = (
    1.25  # the count of authors grows with time to this power: slowly at first, then faster
)
AFTERMATH_S: Final = 900  # posts continue for so long after the start, seconds

LIVE_ONSET_S: Final = 20  # onset of the live crisis, seconds after the start
LIVE_RUSH_S: Final = 98  # most of its authors post within these seconds
LIVE_END_S: Final = 240


def heat(market: Market, onset: datetime) -> Iterator[Draft]:
    """Yield the product crisis: from one forum to Mastodon and the blogs, in four languages."""
    maker, rng = market.makers[HEAT_WATCH], market.rng
    for second in SEEDS_S:
        at = onset + timedelta(seconds=second)
        text = market.compose(maker, "en", "heat.seed.en")
        yield market.draft(
            maker, at, text, "heat", mood="negative", venue=market.venues[HOME_FORUM]
        )
    length = (market.now - onset).total_seconds() - 60
    for language, count in {"en": rng.randrange(98, 115), "de": 9, "fr": 5, "es": 5}.items():
        start_share = 0.0 if language == "en" else 0.35  # other languages follow later
        for share in _ramp(market, count, start_share):
            at = onset + timedelta(seconds=share * length)
            text = _outcry(market, maker, "heat", language)
            venue = market.venues[HOME_FORUM] if share < HOME_SHARE else None
            yield market.draft(
                maker, at, text, "heat", mood="negative", language=language, venue=venue
            )
    yield from _watching(market, maker, onset, length)
    for second in range(40, AFTERMATH_S, 110):
        text = _outcry(market, maker, "heat", "en")
        at = market.now + timedelta(seconds=second + rng.randrange(60))
        yield market.draft(maker, at, text, "heat", mood="negative")


def heat_onset(market: Market) -> datetime:
    """Draw the onset of the product crisis, to the second."""
    return market.now - timedelta(seconds=market.rng.randrange(YOUNGEST_S, OLDEST_S))


def billing(market: Market) -> Iterator[Draft]:
    """Yield the live crisis: a rush of angry customers shortly after the start."""
    maker, rng = market.makers[BILLING_WATCH], market.rng
    rush = [LIVE_ONSET_S + round(LIVE_RUSH_S * index / 54) for index in range(54)]
    rest = [rng.randrange(LIVE_ONSET_S + LIVE_RUSH_S, LIVE_END_S) for _ in range(24)]
    for second in rush + rest:
        text = _outcry(market, maker, "billing", "en")
        at = market.now + timedelta(seconds=second)
        yield market.draft(maker, at, text, "billing", mood="negative")


def _ramp(market: Market, count: int, start_share: float) -> list[float]:
    """Return *count* ascending shares of the time from onset (0) to now (1).

    None is below *start_share*.
    """
    draws = [(index + market.rng.random()) / count for index in range(count)]
    return [start_share + (1 - start_share) * share ** (1 / RAMP_EXPONENT) for share in draws]


def _watching(market: Market, maker: Maker, onset: datetime, length: float) -> Iterator[Draft]:
    for share in _ramp(market, 10, 0.2):
        text = market.compose(maker, "en", "heat.watching.en")
        at = onset + timedelta(seconds=share * length)
        yield market.draft(maker, at, text, "heat", mood="neutral")


def _outcry(market: Market, maker: Maker, story: str, language: str) -> str:
    """Return a complaint of two or three sentences; the first states the event."""
    parts = market.rng.choice([("what", "then"), ("what", "plea"), ("what", "then", "plea")])
    return market.compose(maker, language, *(f"{story}.{part}.{language}" for part in parts))
