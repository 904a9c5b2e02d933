"""Four weeks of ordinary talk: no day like the other, no crisis in any."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.market import LANGUAGES, TOPICS, Draft, Maker, Mood, Place, Scene
from demo.rhythm import moments

SPAN: Final = timedelta(days=28)
MOODS: Final[dict[Mood, float]] = {"negative": 0.2, "neutral": 0.42, "positive": 0.38}
TRICKLE_MOODS: Final[dict[Mood, float]] = {"negative": 0.08, "neutral": 0.52, "positive": 0.4}
TRICKLE_S: Final = 1500  # how long ordinary posts go on after the start, seconds
CHATTER_PER_DAY: Final = 9.0  # posts that no watch wants
ARTICLE_SHARE: Final = 0.25  # of what stands on a blog; the rest are comments


def ordinary(scene: Scene) -> Iterator[Draft]:
    """The talk of the last four weeks about each maker, and about none."""
    start = scene.now - SPAN
    for maker in scene.makers.values():
        for at in moments(scene.rng, start, scene.now, maker.per_day):
            yield about(scene, maker, at, MOODS)
    for at in moments(scene.rng, start, scene.now, CHATTER_PER_DAY):
        yield chatter(scene, at)


def trickle(scene: Scene) -> Iterator[Draft]:
    """A calm post every half minute or so after the start, at any hour: something is always new."""
    second = 6
    while second < TRICKLE_S:
        maker = scene.rng.choice(list(scene.makers.values()))
        yield about(scene, maker, scene.now + timedelta(seconds=second), TRICKLE_MOODS)
        second += scene.rng.randrange(25, 55)


def shut_away(scene: Scene, site: str) -> Iterator[Draft]:
    """A dozen posts at *site*, a blog that no honest crawl can read."""
    place = Place(site=site, kind="rss", shares={})
    maker = scene.makers["velorra"]
    for at in moments(scene.rng, scene.now - SPAN, scene.now, 12 / SPAN.days):
        yield about(scene, maker, at, MOODS, language="en", place=place)


def about(
    scene: Scene,
    maker: Maker,
    at: datetime,
    moods: dict[Mood, float],
    *,
    language: str = "",
    place: Place | None = None,
) -> Draft:
    """One ordinary post about *maker*."""
    rng = scene.rng
    language = language or rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    mood = rng.choices(list(moods), list(moods.values()))[0]
    topic = rng.choices(list(TOPICS), list(TOPICS.values()))[0]
    place = place or scene.place_for(language)
    is_article = place.kind in ("rss", "atom") and rng.random() < ARTICLE_SHARE
    return Draft(
        at=at,
        place=place,
        author=scene.usual_voice(place),
        text=_text(scene, maker, language, f"{topic}.{mood}", sentences=3 if is_article else 1),
        language=language,
        mood=mood,
        watch=maker.slug,
        thread=topic,
        is_article=is_article,
    )


def chatter(scene: Scene, at: datetime) -> Draft:
    """One post about cycling that names no maker."""
    language = scene.rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    place = scene.place_for(language)
    return Draft(
        at=at,
        place=place,
        author=scene.usual_voice(place),
        text=scene.grammars[language].say("chatter"),
        language=language,
        mood="neutral",
        watch=None,
        thread="chatter",
    )


def _text(scene: Scene, maker: Maker, language: str, rule: str, *, sentences: int) -> str:
    grammar, rng = scene.grammars[language], scene.rng
    names = scene.names_of(maker)
    parts = [grammar.say(rule, **names)]
    if sentences > 1:
        parts = grammar.several(rule, sentences, **names)
    if rng.random() < 0.55:  # noqa: PLR2004 - openers and tails are common, not constant
        parts.insert(0, grammar.say("opener", **names))
    if rng.random() < 0.6:  # noqa: PLR2004
        parts.append(grammar.say("tail." + rule.rpartition(".")[2], **names))
    text = ("\n\n" if sentences > 1 else " ").join(parts)
    return scene.signed(maker, language, text, names)
