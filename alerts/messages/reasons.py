"""Why an incident grew, as letters and pages show it: terms beyond their usual share. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from alerts.messages.function_words import FUNCTION_WORDS
from alerts.messages.keyness import TermDocument, key_terms, words_and_pairs
from core.mention import Mention
from core.tokenizer import tokenize
from store.alerts.observations import NegativeText
from templates.contexts.mail import Reason

MIN_WORD_LENGTH: Final = 4  # letters: shorter words are articles and the like
MIN_MENTIONS: Final = 4  # mentions: a letter quotes as many


def explain(now: Sequence[Mention], before: Sequence[NegativeText]) -> tuple[Reason, ...]:
    """The terms of the negative mentions *now* that stand out from those *before*, surest first."""
    terms = key_terms(_documents(now), _documents(before))
    return tuple(Reason(term=d.term, now=d.share, usual=d.usual_share) for d in terms)


def mentions_with_reasons(
    negative_mentions: Sequence[Mention], reasons: Sequence[Reason]
) -> tuple[Mention, ...]:
    """Those of *said* that use one of *reasons*; all of them where hardly any does.

    Not everybody who complains while a battery burns complains of the battery.
    """
    terms = [set(reason.term.split()) for reason in reasons]
    matches = tuple(
        m for m in negative_mentions if any(term <= set(tokenize(m.text)) for term in terms)
    )
    return matches if len(matches) >= MIN_MENTIONS else tuple(negative_mentions)


def _documents(texts: Iterable[Mention | NegativeText]) -> list[TermDocument]:
    return [
        TermDocument(
            voice=s.voice or s.id,
            family=s.family or s.id,
            terms=words_and_pairs(_content_words(s.text, s.language)),
        )
        for s in texts
    ]


def _content_words(text: str, language: str | None) -> list[str]:
    """The words of *text*, in order, that could be somebody's reason."""
    stop_words = FUNCTION_WORDS.get(language or "", frozenset())
    return [
        word for word in tokenize(text) if len(word) >= MIN_WORD_LENGTH and word not in stop_words
    ]
