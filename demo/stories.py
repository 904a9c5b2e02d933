"""What else happened in four weeks: a smaller story, and what must not be taken for a crisis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from demo.grammar import load_yaml
from demo.market import Draft, Mood, Scene
from demo.rhythm import local_midnight, moments


def signin(scene: Scene) -> Iterator[Draft]:
    """Yesterday, local: trouble with signing in. Mostly questions, over by the evening."""
    maker, rng = scene.makers["velorra"], scene.rng
    start = local_midnight(scene.now, days_ago=1) + timedelta(minutes=rng.randrange(540, 660))
    length = timedelta(hours=8)
    for rule, count in _SIGNIN.items():
        _, mood, language = rule.split(".")
        for place in range(count):
            text = scene.say(maker, language, rule)
            at = start + length * ((place + rng.random()) / count)
            yield scene.draft(maker, at, text, "signin", mood=mood, language=language)


_SIGNIN = {  # few are cross in any one hour: the story must change the topic's volume, not page
    "signin.negative.en": 5,
    "signin.neutral.en": 21,
    "signin.positive.en": 4,
    "signin.negative.de": 2,
    "signin.neutral.de": 5,
    "signin.negative.fr": 1,
    "signin.neutral.fr": 3,
    "signin.negative.es": 1,
    "signin.neutral.es": 2,
}


def campaign(scene: Scene) -> Iterator[Draft]:
    """Two days of the brand's own campaign: many voices, friendly or neutral."""
    maker, rng = scene.makers["velorra"], scene.rng
    start = local_midnight(scene.now, days_ago=rng.randrange(5, 23))
    for at in moments(rng, start, start + timedelta(days=2), 65):
        mood: Mood = "positive" if rng.random() < 0.65 else "neutral"  # noqa: PLR2004
        text = scene.say(
            maker, "en", f"campaign.{mood}", "cheer" if mood == "positive" else "aside"
        )
        yield scene.draft(maker, at, text, "campaign", mood=mood)


def joy(scene: Scene, start: datetime) -> Iterator[Draft]:
    """The brand wins a prize: seventy happy voices in five hours."""
    maker, rng = scene.makers["velorra"], scene.rng
    for _ in range(70):
        at = start + timedelta(seconds=18000 * rng.random() ** 2)
        yield scene.draft(maker, at, scene.say(maker, "en", "joy.positive", "cheer"), "joy")


def reposts(scene: Scene, start: datetime) -> Iterator[Draft]:
    """A storm of one angry text by three or four accounts in four hours."""
    maker, rng = scene.makers["velorra"], scene.rng
    accounts = [scene.fresh_voice() for _ in range(rng.choice([3, 4]))]
    place = scene.places["velosocial"]
    text = scene.say(maker, "en", "reposts")
    for _ in range(90):
        at = start + timedelta(seconds=rng.randrange(14400))
        who = rng.choice(accounts)
        yield scene.draft(maker, at, text, "reposts", mood="negative", place=place, author=who)


def quarrel(scene: Scene, start: datetime) -> Iterator[Draft]:
    """Three who grumble and one or two who defend, two hours in one thread, joining in turn."""
    maker, rng = scene.makers["velorra"], scene.rng
    moods: list[Mood] = ["negative", "positive", "negative", "negative", "positive"]
    accounts = [(scene.fresh_voice(), mood) for mood in moods[: rng.randrange(4, 6)]]
    place, posts = scene.places["spokeyard"], 48
    for post in range(posts):
        here = accounts[: 2 + 3 * post // posts]  # a newcomer every forty minutes
        who, mood = rng.choice(here)
        at = start + timedelta(seconds=7200 * (post + rng.random()) / posts)
        text = scene.say(maker, "en", f"quarrel.{mood}", "aside")
        yield scene.draft(maker, at, text, "quarrel", mood=mood, place=place, author=who)


def spam(scene: Scene) -> Iterator[Draft]:
    """Six robots advertise all month."""
    robots = [(scene.fresh_voice(), scene.place_for("en")) for _ in range(6)]
    for at in moments(scene.rng, scene.now - timedelta(days=28), scene.now, 1.6):
        who, place = scene.rng.choice(robots)
        maker = scene.rng.choice(list(scene.makers.values()))
        text = scene.say(maker, "en", "spam")
        yield scene.draft(maker, at, text, "spam", mood="neutral", place=place, author=who)


def sarcasm(scene: Scene) -> Iterator[Draft]:
    """Praise that is none, now and then."""
    for at in moments(scene.rng, scene.now - timedelta(days=28), scene.now, 0.8):
        maker = scene.rng.choice(list(scene.makers.values()))
        text = scene.say(maker, "en", "sarcasm", "tail.negative")
        yield scene.draft(maker, at, text, "sarcasm", mood="negative")


def hostile(scene: Scene) -> Iterator[Draft]:
    """Ten posts that try to break their reader, each in another place and on another day."""
    maker = scene.makers["velorra"]
    places = cycle(place for place in scene.places.values() if "en" in place.shares)
    for days, (row, place) in enumerate(zip(load_yaml("hostile"), places, strict=False)):
        at = scene.now - timedelta(days=2 * days, seconds=scene.rng.randrange(40000, 80000))
        text = row["text"] + _padding(row)
        yield scene.draft(maker, at, text, "hostile", mood="neutral", place=place)


def _padding(row: dict[str, object]) -> str:
    size, pattern = int(str(row.get("size", 0))), str(row.get("repeat", ""))
    turns = size // len(pattern) if pattern else 0
    return "".join(pattern.replace("{n}", str(turn)) for turn in range(turns))
