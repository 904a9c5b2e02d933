"""The planted crises: a product that burns on the brand's watch, and a live one of a competitor."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.market import Draft, Maker, Scene

HEAT: Final = "velorra"  # whose batteries burn in the last hours
BILLING: Final = "tandrix"  # who charges its customers again and again, live

YOUNGEST_S: Final = 5400  # the crisis began at least this long before now, seconds
OLDEST_S: Final = 15600  # and at most this long
HOME: Final = "spokeyard"  # the forum where it starts
SEEDS_S: Final = (0, 120, 260, 420, 600)  # its first posts there, seconds after the onset
AT_HOME: Final = 0.12  # it stays there for this share of the time since the onset
RAMP: Final = 1.25  # voices heard grow with time to this power: slowly at first, then faster
AFTERMATH_S: Final = 900  # the talk goes on this long after the start

LIVE_ONSET_S: Final = 20  # the live crisis begins this long after the start
LIVE_RUSH_S: Final = 98  # most of its voices are heard within this time
LIVE_END_S: Final = 240


def heat(scene: Scene, onset: datetime) -> Iterator[Draft]:
    """The product crisis: from one forum to Mastodon and the blogs, in four languages."""
    maker, rng = scene.makers[HEAT], scene.rng
    for second in SEEDS_S:
        at = onset + timedelta(seconds=second)
        text = scene.say(maker, "en", "heat.seed.en")
        yield scene.draft(maker, at, text, "heat", mood="negative", place=scene.places[HOME])
    length = (scene.now - onset).total_seconds() - 60
    for language, count in {"en": rng.randrange(98, 115), "de": 9, "fr": 5, "es": 5}.items():
        since = 0.0 if language == "en" else 0.35  # abroad they hear of it later
        for share in _ramp(scene, count, since):
            at = onset + timedelta(seconds=share * length)
            text = _outcry(scene, maker, "heat", language)
            place = scene.places[HOME] if share < AT_HOME else None
            yield scene.draft(
                maker, at, text, "heat", mood="negative", language=language, place=place
            )
    yield from _watching(scene, maker, onset, length)
    for second in range(40, AFTERMATH_S, 110):
        text = _outcry(scene, maker, "heat", "en")
        at = scene.now + timedelta(seconds=second + rng.randrange(60))
        yield scene.draft(maker, at, text, "heat", mood="negative")


def heat_onset(scene: Scene) -> datetime:
    """When the product crisis begins: drawn for the scene, to the second."""
    return scene.now - timedelta(seconds=scene.rng.randrange(YOUNGEST_S, OLDEST_S))


def billing(scene: Scene) -> Iterator[Draft]:
    """The live crisis: a rush of angry customers shortly after the start."""
    maker, rng = scene.makers[BILLING], scene.rng
    rush = [LIVE_ONSET_S + round(LIVE_RUSH_S * place / 54) for place in range(54)]
    rest = [rng.randrange(LIVE_ONSET_S + LIVE_RUSH_S, LIVE_END_S) for _ in range(24)]
    for second in rush + rest:
        text = _outcry(scene, maker, "billing", "en")
        at = scene.now + timedelta(seconds=second)
        yield scene.draft(maker, at, text, "billing", mood="negative")


def _ramp(scene: Scene, count: int, since: float) -> list[float]:
    """*count* sorted shares of the time from onset (0) to now (1), none before *since*."""
    drawn = [(place + scene.rng.random()) / count for place in range(count)]
    return [since + (1 - since) * share ** (1 / RAMP) for share in drawn]


def _watching(scene: Scene, maker: Maker, onset: datetime, length: float) -> Iterator[Draft]:
    for share in _ramp(scene, 10, 0.2):
        text = scene.say(maker, "en", "heat.watching.en")
        at = onset + timedelta(seconds=share * length)
        yield scene.draft(maker, at, text, "heat", mood="neutral")


def _outcry(scene: Scene, maker: Maker, story: str, language: str) -> str:
    """What happened, and then one or two sentences more."""
    parts = scene.rng.choice([("what", "then"), ("what", "plea"), ("what", "then", "plea")])
    return scene.say(maker, language, *(f"{story}.{part}.{language}" for part in parts))
