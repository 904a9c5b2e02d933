"""Four weeks of ordinary posts: every day differs, and no day has a crisis."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from demo.market import LANGUAGES, TOPICS, Draft, Maker, Market, Mood, Venue
from demo.rhythm import draw_instants

SPAN: Final = timedelta(days=28)
MOODS: Final[dict[Mood, float]] = {"negative": 0.2, "neutral": 0.42, "positive": 0.38}
TRICKLE_MOODS: Final[dict[Mood, float]] = {"negative": 0.08, "neutral": 0.52, "positive": 0.4}
TRICKLE_S: Final = 1500  # ordinary posts continue for so long after the start, seconds
CHATTER_PER_DAY: Final = 9.0  # posts that match no watch
ARTICLE_SHARE: Final = 0.25  # of the posts on a blog; the others are comments


def background_posts(market: Market) -> Iterator[Draft]:
    """Yield the posts of the last four weeks about each maker, and about none."""
    start = market.now - SPAN
    for maker in market.makers.values():
        for at in draw_instants(market.rng, start, market.now, maker.per_day):
            yield post_about(market, maker, at, MOODS)
    for at in draw_instants(market.rng, start, market.now, CHATTER_PER_DAY):
        yield chatter_post(market, at)


def later_posts(market: Market) -> Iterator[Draft]:
    """Yield a calm post about every half minute after the start, at any hour.

    A running demo always has new posts.
    """
    second = 6
    while second < TRICKLE_S:
        maker = market.rng.choice(list(market.makers.values()))
        yield post_about(market, maker, market.now + timedelta(seconds=second), TRICKLE_MOODS)
        second += market.rng.randrange(25, 55)


def unreadable_posts(market: Market, site: str) -> Iterator[Draft]:
    """Yield about twelve posts at *site*, a blog that a crawl that obeys robots.txt cannot read."""
    venue = Venue(site=site, kind="rss", shares={})
    maker = market.makers["velorra"]
    for at in draw_instants(market.rng, market.now - SPAN, market.now, 12 / SPAN.days):
        yield post_about(market, maker, at, MOODS, language="en", venue=venue)


def post_about(
    market: Market,
    maker: Maker,
    at: datetime,
    moods: dict[Mood, float],
    *,
    language: str = "",
    venue: Venue | None = None,
) -> Draft:
    """Return one ordinary post about *maker*."""
    rng = market.rng
    language = language or rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    mood = rng.choices(list(moods), list(moods.values()))[0]
    topic = rng.choices(list(TOPICS), list(TOPICS.values()))[0]
    venue = venue or market.venue_for(language)
    is_article = venue.kind in ("rss", "atom") and rng.random() < ARTICLE_SHARE
    return Draft(
        at=at,
        venue=venue,
        author=market.regular_voice(venue),
        text=_text(market, maker, language, f"{topic}.{mood}", sentences=3 if is_article else 1),
        language=language,
        mood=mood,
        watch=maker.slug,
        thread=topic,
        is_article=is_article,
    )


def chatter_post(market: Market, at: datetime) -> Draft:
    """Return one post about cycling that names no maker."""
    language = market.rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    venue = market.venue_for(language)
    return Draft(
        at=at,
        venue=venue,
        author=market.regular_voice(venue),
        text=market.grammars[language].sentence("chatter"),
        language=language,
        mood="neutral",
        watch=None,
        thread="chatter",
    )


def _text(market: Market, maker: Maker, language: str, rule: str, *, sentences: int) -> str:
    grammar, rng = market.grammars[language], market.rng
    names = market.name_bindings(maker)
    parts = [grammar.sentence(rule, **names)]
    if sentences > 1:
        parts = grammar.sentences(rule, sentences, **names)
    if rng.random() < 0.55:  # noqa: PLR2004 - openers and tails are common, not constant
        parts.insert(0, grammar.sentence("opener", **names))
    if rng.random() < 0.6:  # noqa: PLR2004
        parts.append(grammar.sentence("tail." + rule.rpartition(".")[2], **names))
    text = ("\n\n" if sentences > 1 else " ").join(parts)
    return market.with_name(maker, language, text, names)
