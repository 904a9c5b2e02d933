"""Quotes of an email: selection of representative mentions and safe excerpts. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from alerts.messages.role_sentences import author_notes
from core.mention import Mention, MentionState, Sentiment, Verdict
from templates.contexts.mail import VoiceQuote
from templates.i18n import Message, msg
from templates.links import Links

MAX_LENGTH: Final = 280  # characters: an email cannot be recalled, so its quotes are short
MAX_MARKS: Final = 3  # accents on one character; more would overlap the neighbouring lines
_JOINER: Final = "\u200d"  # joins emoji sequences such as families
_MODIFIERS: Final = range(0x1F3FB, 0x1F400)  # skin tones


def excerpt(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return one safe line of *text*, at most *max_length* characters, never cut in a grapheme.

    Characters that change the direction of text, are invisible or control a terminal are left out.
    """
    line = " ".join("".join(_safe_characters(text)).split())
    if len(line) <= max_length:
        return line
    end = max_length - 1
    while end > 0 and _continues(line, end):
        end -= 1
    space = line.rfind(" ", end - 40, end)
    return line[: space if space > 0 else end].rstrip() + "…"


def representative_mentions(
    mentions: Iterable[Mention],
    duplicate_counts: Mapping[str, int],
    *,
    watch: str | None = None,
    limit: int = 4,
) -> list[Mention]:
    """Return at most *limit* representative mentions, one a family and voice.

    The earliest mention comes first, because it shows the beginning. The one with most copies is
    next, with equal copies the most certain complaint about *watch*. One of each other source and
    language follows. *duplicate_counts*: further mentions by family.
    """
    candidates = list(_distinct(mentions))
    ranking = sorted(
        candidates[1:],
        key=lambda m: (
            -_duplicate_count(m, duplicate_counts),
            -_certainty(m, watch),
            m.sorted_at,
            m.id,
        ),
    )
    examples = [*candidates[:1], *ranking[:1]]
    origins = {_origin(mention) for mention in examples}
    new_origins = []
    for mention in ranking[1:]:
        if _origin(mention) not in origins:
            origins.add(_origin(mention))
            new_origins.append(mention)
    others = [mention for mention in ranking[1:] if mention not in new_origins]
    return [*examples, *new_origins, *others][:limit]


def quote(
    mention: Mention, duplicate_counts: Mapping[str, int], links: Links, watch: str | None = None
) -> VoiceQuote:
    """Return *mention* as a quote in an email on *watch*."""
    return VoiceQuote(
        id=mention.id,
        text=excerpt(mention.text),
        language=mention.language,
        tone=sentiment_label(mention, watch),
        source=mention.sources[0] if mention.sources else "",
        published=mention.counted_at,
        url=links.mention(mention.id),
        duplicate_count=_duplicate_count(mention, duplicate_counts),
        read_note=read_share_message(mention.verdict_for(watch), mention.text),
        author_notes=author_notes(mention, watch),
    )


def read_share_message(verdict: Verdict | None, text: str) -> Message | None:
    """Return the analysed share of *text* as a message; None: all of it, or there is no verdict."""
    if verdict is None or verdict.read_share >= 1 or not text:
        return None
    share = min(max(verdict.read_share, 0.01), 0.99)  # avoids 0 % and 100 % after rounding
    return msg("quote.read", share=share, count=len(text))


def sentiment_label(mention: Mention, watch: str | None = None) -> str:
    """Return the sentiment of *mention* for *watch*, else of the whole text, or ``unscored``."""
    return str(mention.sentiment_for(watch) or "unscored")


def _safe_characters(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if character.isspace():
            yield " "
        elif marks <= MAX_MARKS and (
            character == _JOINER or category not in ("Cc", "Cf", "Cs", "Co")
        ):
            yield character


def _continues(line: str, at: int) -> bool:
    """Return True if a cut before *at* would split an accented character or an emoji."""
    character, previous = line[at], line[at - 1]
    is_emoji_sequence = _JOINER in (character, previous) or ord(character) in _MODIFIERS
    return (
        is_emoji_sequence or unicodedata.category(character).startswith("M") or _is_flag(character)
    )


def _is_flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF  # noqa: PLR2004 -- two of these letters are one flag


def _distinct(mentions: Iterable[Mention]) -> Iterator[Mention]:
    families: set[str] = set()
    voices: set[str] = set()
    for mention in sorted(mentions, key=lambda m: (m.sorted_at, m.id)):
        family, voice = mention.family or mention.id, mention.voice or mention.id
        is_new = family not in families and voice not in voices
        if is_new and mention.state is not MentionState.DELETED and _is_readable(mention.text):
            families.add(family)
            voices.add(voice)
            yield mention


def _is_readable(text: str) -> bool:
    """Return True if an excerpt of *text* is not empty, without making one."""
    return any(not character.isspace() for character in _safe_characters(text))


def _duplicate_count(mention: Mention, duplicate_counts: Mapping[str, int]) -> int:
    return duplicate_counts.get(mention.family or mention.id, 0)


def _certainty(mention: Mention, watch: str | None) -> float:
    """Return the probability of a negative sentiment, 0 to 1; 0 without a verdict."""
    verdict = mention.verdict_for(watch)
    return verdict.probabilities.get(Sentiment.NEGATIVE, 0.0) if verdict else 0.0


def _origin(mention: Mention) -> tuple[tuple[str, ...], str | None]:
    return mention.sources[:1], mention.language
