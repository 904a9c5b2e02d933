"""Ratings: "2/10", "★☆☆☆☆", "5 stars", "Nota 10"; their sentiment and their words.

A model that was trained on sentences cannot read a number on a scale. So a text that is a rating
and nothing else gets its sentiment by a rule.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from core.mention import Sentiment
from nlp.text.hashtags import HASHTAG
from nlp.text.names import without_names
from nlp.text.normalize import EMOJI, without_addresses

WORDS_FILE: Final = Path(__file__).with_name("ratings.yaml")
NEGATIVE_UP_TO: Final = 0.4  # of the scale: 2 of 5 stars, 4/10
POSITIVE_FROM: Final = 0.7  # of the scale: 7/10, 4 of 5 stars
RULE_PROBABILITY: Final = 0.9  # of the sentiment that the rule gives
STAR_SCALE: Final = 5
POINT_SCALE: Final = 10  # of "Nota 10"
SCALES: Final = frozenset({5, 6, 10, 20, 100})  # not "24/7", "9/11", "50/50", "16/9"
_MAX_LENGTH: Final = 100  # characters of a text that is only a rating
_EXAGGERATION: Final = 10  # "100/10" and more is one; "24/10" is a date
_SLIGHT_EXAGGERATION: Final = 1.5  # "11/10" is one, too
_FULL_STARS: Final = "★⭐🌟✭✮✯"
_EMPTY_STARS: Final = "☆✩"
_SELECTOR: Final = "\ufe0f"
# At least two: a single star is an ornament.
STARS: Final = re.compile(
    rf"(?:[{_FULL_STARS}{_EMPTY_STARS}]{_SELECTOR}?[ ]?)+[{_FULL_STARS}{_EMPTY_STARS}]{_SELECTOR}?"
)
_DOUBTFUL_EMOJI: Final = frozenset("🙄🙃🤡😒😏🤔😂🤣💀🤦🤷😅")  # a rating beside one may be ironic
_PUNCTUATION: Final = " \t\n\r.,;:!?…-–—~*\"'“”„«»()[]|،؟"


@dataclass(frozen=True, slots=True)
class Rating:
    """A value on a scale that starts at 0."""

    value: float
    scale: int
    is_stars: bool = False

    @property
    def sentiment(self) -> Sentiment:
        """The sentiment by the rule."""
        share = self.value / self.scale
        if share <= NEGATIVE_UP_TO:
            return Sentiment.NEGATIVE
        return Sentiment.POSITIVE if share >= POSITIVE_FROM else Sentiment.NEUTRAL

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The certainty of the sentiment in the order of the classes: a convention, no figure."""
        rest = (1 - RULE_PROBABILITY) / (len(Sentiment) - 1)
        return tuple(RULE_PROBABILITY if c is self.sentiment else rest for c in Sentiment)

    def phrase(self, language: str | None) -> str:
        """Return it in words of *language* (ISO 639-1), in English for any other language."""
        phrases = _words()["phrases"]
        template: str = phrases.get(language, phrases["en"])["stars" if self.is_stars else "plain"]
        return template.format(value=f"{self.value:g}", scale=self.scale)


def find_rating(text: str, names: Collection[str] = ()) -> Rating | None:
    """Return the rating if *text* is one and nothing else; None: it is not.

    Links, accounts, *names*, hashtags of *names*, punctuation and emoji may be beside it. Emoji
    that are often ironic may not.
    """
    return _find_rating(text, frozenset(names))


@lru_cache(maxsize=4)  # two steps of the analysis of one text ask for its rating
def _find_rating(text: str, names: frozenset[str]) -> Rating | None:
    bare = without_addresses(text[: 10 * _MAX_LENGTH])
    bare = HASHTAG.sub(lambda tag: "" if _is_name(tag[1], names) else tag[0], bare)
    if len(bare) > _MAX_LENGTH or not _DOUBTFUL_EMOJI.isdisjoint(bare):
        return None
    if rating := _rating_of(bare):
        return rating
    return _rating_of(without_names(bare, names)) if names else None


def spell_stars(text: str, language: str | None) -> str:
    """Return *text* with words of *language* instead of each row of stars."""
    return STARS.sub(lambda row: f" {_stars(row[0]).phrase(language)} ", text)


def _is_name(tag: str, names: Collection[str]) -> bool:
    return not without_names(tag, names).strip()


def _rating_of(text: str) -> Rating | None:
    rows = STARS.findall(text)
    if len(rows) == 1 and not _trimmed(EMOJI.sub(" ", STARS.sub(" ", text))):
        return _stars(rows[0])
    bare = _trimmed(EMOJI.sub(" ", text))
    for pattern, scale, is_stars in _patterns():
        match = pattern.fullmatch(bare)
        if match:
            stated_scale = match.groupdict().get("scale")
            full_scale = int(_number(stated_scale)) if stated_scale else scale
            rating = Rating(_number(match["value"]), full_scale, is_stars)
            return rating if _is_plausible(rating) else None
    return None


def _stars(row: str) -> Rating:
    full, empty = (sum(row.count(star) for star in stars) for stars in (_FULL_STARS, _EMPTY_STARS))
    return Rating(full, max(STAR_SCALE, full + empty), is_stars=True)


def _is_plausible(rating: Rating) -> bool:
    if rating.scale not in SCALES:
        return False
    share = rating.value / rating.scale
    is_exaggerated = share >= _EXAGGERATION or 1 < share <= _SLIGHT_EXAGGERATION
    return share <= 1 or is_exaggerated


def _number(digits_or_word: str) -> float:
    words = _words()
    for number, pattern in (*words["star_numbers"].items(), *words["numbers"].items()):
        if re.fullmatch(pattern, digits_or_word, re.IGNORECASE):
            return float(number)
    return float(digits_or_word.replace(",", ".").replace("−", "-").replace("–", "-"))


def _trimmed(text: str) -> str:
    """Return *text* without punctuation around it; a sign before a digit stays."""
    bare = " ".join(text.split()).rstrip(_PUNCTUATION)
    return re.sub(rf"^[{re.escape(_PUNCTUATION)}]*?(?=[-−–]?\w|$)", "", bare, count=1)


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return words


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], int, bool]]:
    """Return patterns of a whole text, each with the scale where the text states none."""
    words = _words()
    labels, suffixes, stars, prefixes, of = (
        rf"(?:{words[key]})" for key in ("labels", "suffixes", "stars", "prefixes", "of")
    )
    number, star_number = ("|".join(words[key].values()) for key in ("numbers", "star_numbers"))
    digits = r"[-−–]?\d{1,9}(?:[.,]\d{1,2})?"
    value, label = rf"(?P<value>{digits}|{number})", rf"(?:{labels}[\s:=–-]+)?"
    scale, suffix = rf"(?P<scale>\d{{1,3}}|{number})", rf"(?:[\s-]+{suffixes})?"
    star_value = rf"(?P<value>{digits}|{number}|{star_number})"
    return [
        (re.compile(pattern, re.IGNORECASE), default_scale, is_stars)
        for pattern, default_scale, is_stars in (
            (rf"{label}{value}\s*/\s*{scale}{suffix}", 0, False),
            (rf"{label}{value}\s+{of}\s+{scale}{suffix}", 0, False),
            (rf"{label}{star_value}[\s-]+{stars}", STAR_SCALE, True),
            (rf"{stars}\s+{star_value}", STAR_SCALE, True),
            (rf"{prefixes}[\s:]+{value}", POINT_SCALE, False),
        )
    ]
