"""The other events of four weeks: a smaller story, and events that are no crisis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from demo.grammar import load_yaml
from demo.market import Draft, Market, Mood
from demo.rhythm import draw_instants, local_midnight


def signin(market: Market) -> Iterator[Draft]:
    """Yield yesterday's sign-in trouble: mostly questions, over by the evening, local time."""
    maker, rng = market.makers["velorra"], market.rng
    start = local_midnight(market.now, days_ago=1) + timedelta(minutes=rng.randrange(540, 660))
    length = timedelta(hours=8)
    for rule, count in _SIGNIN.items():
        _, mood, language = rule.split(".")
        for index in range(count):
            text = market.compose(maker, language, rule)
            at = start + length * ((index + rng.random()) / count)
            yield market.draft(maker, at, text, "signin", mood=mood, language=language)


_SIGNIN = {  # few complaints an hour: the story changes the volume of its topic, no brief follows
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


def campaign(market: Market) -> Iterator[Draft]:
    """Yield two days of the brand's own campaign: many authors, friendly or neutral."""
    maker, rng = market.makers["velorra"], market.rng
    start = local_midnight(market.now, days_ago=rng.randrange(5, 23))
    for at in draw_instants(rng, start, start + timedelta(days=2), 65):
        mood: Mood = "positive" if rng.random() < 0.65 else "neutral"  # noqa: PLR2004
        text = market.compose(
            maker, "en", f"campaign.{mood}", "cheer" if mood == "positive" else "aside"
        )
        yield market.draft(maker, at, text, "campaign", mood=mood)


def joy(market: Market, start: datetime) -> Iterator[Draft]:
    """Yield seventy happy posts in five hours: the brand wins a prize."""
    maker, rng = market.makers["velorra"], market.rng
    for _ in range(70):
        at = start + timedelta(seconds=18000 * rng.random() ** 2)
        yield market.draft(maker, at, market.compose(maker, "en", "joy.positive", "cheer"), "joy")


def reposts(market: Market, start: datetime) -> Iterator[Draft]:
    """Yield one angry text ninety times, by three or four accounts in four hours."""
    maker, rng = market.makers["velorra"], market.rng
    accounts = [market.new_voice() for _ in range(rng.choice([3, 4]))]
    venue = market.venues["velosocial"]
    text = market.compose(maker, "en", "reposts")
    for _ in range(90):
        at = start + timedelta(seconds=rng.randrange(14400))
        account = rng.choice(accounts)
        yield market.draft(maker, at, text, "reposts", mood="negative", venue=venue, author=account)


def quarrel(market: Market, start: datetime) -> Iterator[Draft]:
    """Yield two hours of quarrel in one thread: four or five authors, who join in turn.

    Three complain, one or two defend the brand.
    """
    maker, rng = market.makers["velorra"], market.rng
    moods: list[Mood] = ["negative", "positive", "negative", "negative", "positive"]
    accounts = [(market.new_voice(), mood) for mood in moods[: rng.randrange(4, 6)]]
    venue, posts = market.venues["spokeyard"], 48
    for post in range(posts):
        participants = accounts[: 2 + 3 * post // posts]  # a newcomer every forty minutes
        account, mood = rng.choice(participants)
        at = start + timedelta(seconds=7200 * (post + rng.random()) / posts)
        text = market.compose(maker, "en", f"quarrel.{mood}", "aside")
        yield market.draft(maker, at, text, "quarrel", mood=mood, venue=venue, author=account)


def spam(market: Market) -> Iterator[Draft]:
    """Yield the advertisements of six bots over the whole month."""
    robots = [(market.new_voice(), market.venue_for("en")) for _ in range(6)]
    for at in draw_instants(market.rng, market.now - timedelta(days=28), market.now, 1.6):
        account, venue = market.rng.choice(robots)
        maker = market.rng.choice(list(market.makers.values()))
        text = market.compose(maker, "en", "spam")
        more = {"mood": "neutral", "venue": venue, "author": account, "is_bot": True}
        yield market.draft(maker, at, text, "spam", **more)


def sarcasm(market: Market) -> Iterator[Draft]:
    """Yield occasional sarcastic praise."""
    for at in draw_instants(market.rng, market.now - timedelta(days=28), market.now, 0.8):
        maker = market.rng.choice(list(market.makers.values()))
        text = market.compose(maker, "en", "sarcasm", "tail.negative")
        yield market.draft(maker, at, text, "sarcasm", mood="negative")


def hostile(market: Market) -> Iterator[Draft]:
    """Yield ten posts that try to break their parser, each at another venue and on another day."""
    maker = market.makers["velorra"]
    venues = cycle(venue for venue in market.venues.values() if "en" in venue.shares)
    for days, (row, venue) in enumerate(zip(load_yaml("hostile"), venues, strict=False)):
        at = market.now - timedelta(days=2 * days, seconds=market.rng.randrange(40000, 80000))
        text = row["text"] + _padding(row)
        yield market.draft(maker, at, text, "hostile", mood="neutral", venue=venue)


def _padding(row: dict[str, object]) -> str:
    size, pattern = int(str(row.get("size", 0))), str(row.get("repeat", ""))
    repetitions = size // len(pattern) if pattern else 0
    return "".join(pattern.replace("{n}", str(index)) for index in range(repetitions))
