"""Mentions of a case, drawn by chance from its seeds; the same case gives the same mentions.

The order of the draws is part of the inputs: another order gives other mentions, and so another
right answer.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final

from bench.reality.alerting.answers import Case
from bench.reality.alerting.clock import at_hour

TOPICS: Final = ("battery", "delivery", "price", "service", "app", "frame", "safety")
SOURCES: Final = ("forum", "blog", "news", "toots", "reviews")
HISTORY_H: Final = 28 * 24
"""Hours of ordinary mentions before START."""

AUTHORS: Final = 400
"""Most authors of ordinary mentions; some of them write far more often than others."""

RECOGNIZED: Final = 0.78
"""Share of the complaints that are classified as negative."""

MISTAKEN: Final = 0.08
"""Share of all other mentions that are classified as negative."""

CATCH_UP_H: Final = 0.05
"""Hours from the end of a pause until its mentions are crawled."""

_PLACEHOLDER: Final = re.compile(r"\{(.*?)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMention:
    """One mention.

    Attributes:
        at_h: when it is published, in hours from START.
        crawled_h: when it is first crawled, likewise.
        text: None where the case does not give any.
    """

    at_h: float
    crawled_h: float
    author: str
    is_negative: bool
    topics: tuple[str, ...]
    text: str | None
    source: str


def draw_mentions(case: Case) -> list[DrawnMention]:
    """Return all mentions of *case* that are ever crawled, oldest first."""
    mentions = [*_background(case), *_statements(case)]
    mentions = [_with_delay(mention, case) for mention in mentions]
    gaps = case.get("lost", ())
    return sorted(
        (mention for mention in mentions if not _is_lost(mention, gaps)),
        key=lambda mention: mention.at_h,
    )


def poisson(random: Random, mean: float) -> int:
    """Draw a count with the given mean (Knuth 1969); it takes one number more than it returns."""
    bound = math.exp(-mean)
    count, product = 0, random.random()
    while product > bound:
        count += 1
        product *= random.random()
    return count


def daily_rhythm(at: datetime) -> float:
    """Return the factor of the hour of *at*: from 0.2 at night to 1.8 by day, 1 on average."""
    local_hour = (at.hour + 2) % 24
    return 1 + 0.8 * math.sin((local_hour - 8) / 24 * 2 * math.pi)


def fill(template: str, random: Random) -> str:
    """Replace each ``{a|b}`` of *template* by one of its choices, any other by a number."""

    def replacement(match: re.Match[str]) -> str:
        """Return a random choice of the placeholder *match*, or a number below a million."""
        choices = match[1].split("|")
        return random.choice(choices) if len(choices) > 1 else str(random.randrange(10**6))

    return _PLACEHOLDER.sub(replacement, template)


def _background(case: Case) -> Iterator[DrawnMention]:
    """Draw the ordinary mentions; each part of them has random numbers of its own."""
    background = case.get("background", {})
    parts = background if isinstance(background, list) else [background]
    for index, part in enumerate(parts):
        random = Random(part.get("seed", 1) * 100 + index)
        first = math.floor(part.get("from_h", -HISTORY_H))
        last = math.ceil(part.get("to_h", case["look"]["to_h"]))
        for hour in range(first, last):
            yield from _ordinary_hour(part, hour, random)


def _ordinary_hour(part: Case, hour: int, random: Random) -> Iterator[DrawnMention]:
    share = _share_of_complaints(part, hour)
    for _ in range(poisson(random, _mean(part, hour))):
        class_draw, complaint_draw = random.random(), random.random()
        topics = (
            random.sample(TOPICS, random.choice((0, 1, 1, 2))) if part.get("topics", True) else ()
        )
        at = hour + random.random()
        yield DrawnMention(
            at_h=at,
            crawled_h=at,
            author=f"{part.get('voice', 'v')}{int(AUTHORS * random.random() ** 2)}",
            is_negative=class_draw < (RECOGNIZED if complaint_draw < share else MISTAKEN),
            topics=tuple(topics),
            text=None,
            source=part.get("source", "blog"),
        )


def _share_of_complaints(part: Case, hour: int) -> float:
    start: float = part.get("negative", 0.2)
    end: float = part.get("negative_to", start)
    return start + (end - start) * _progress(part, hour)


def _mean(part: Case, hour: int) -> float:
    """Return the mean number of mentions in the hour that begins with *hour*."""
    growth = 1 + part.get("volume_to", 0) * _progress(part, hour)
    mean: float = part.get("a_day", 70) / 24 * daily_rhythm(at_hour(hour)) * growth
    return mean


def _progress(part: Case, hour: int) -> float:
    """Return the share of its whole change that a slow change has reached, 0 to 1."""
    days: float = part.get("over_days", 1)
    return min(1.0, max(hour, 0) / 24 / days)


def _statements(case: Case) -> Iterator[DrawnMention]:
    """Draw what the case adds to the ordinary mentions; every author writes once."""
    for index, statement in enumerate(case.get("say", ())):
        random = Random(statement.get("seed", 7 + index))
        for number in range(statement["count"]):
            yield _statement(statement, number, random)


def _statement(statement: Case, number: int, random: Random) -> DrawnMention:
    start, end = statement["from_h"], statement["to_h"]
    at = start + (end - start) * random.random()
    text = fill(statement["text"], random) if "text" in statement else None
    return DrawnMention(
        at_h=at,
        crawled_h=at,
        author=f"{statement['voice']}{number}",
        is_negative=random.random() < statement.get("negative", 1),
        topics=tuple(statement.get("topics", ())),
        text=text,
        source=statement.get("source", "forum"),
    )


def _with_delay(mention: DrawnMention, case: Case) -> DrawnMention:
    """Return *mention* with the hour of its first crawl; a pause counts more than an interval."""
    start, every = case["look"]["from_h"], case.get("heard_every_h")
    if every and mention.at_h >= start:
        rounds = math.ceil((mention.at_h - start) / every)
        mention = replace(mention, crawled_h=start + rounds * every)
    for pause in case.get("off", ()):
        if pause["from_h"] < mention.at_h < pause["to_h"]:
            mention = replace(mention, crawled_h=pause["to_h"] + CATCH_UP_H)
    return mention


def _is_lost(mention: DrawnMention, gaps: Iterable[Case]) -> bool:
    """Return whether the source of *mention* is out of reach when it is published."""
    return any(
        gap["source"] == mention.source and gap["from_h"] <= mention.at_h < gap["to_h"]
        for gap in gaps
    )
