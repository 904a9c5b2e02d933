"""Why an incident grew, as letters and pages show it: terms beyond their usual share. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from alerts.messages.function_words import FUNCTION_WORDS
from alerts.messages.keyness import Message, drivers, phrases
from core.mention import Mention
from core.tokenizer import words
from store.alerts.observations import Wording
from templates.contexts.mail import Reason

SHORTEST: Final = 4  # letters: shorter words are articles and the like
FEW: Final = 4  # mentions: a letter quotes as many


def explain(now: Sequence[Mention], before: Sequence[Wording]) -> tuple[Reason, ...]:
    """The terms of the negative mentions *now* that stand out from those *before*, surest first."""
    found = drivers(_messages(now), _messages(before))
    return tuple(Reason(term=d.term, now=d.share, usual=d.usual_share) for d in found)


def speaking(said: Sequence[Mention], reasons: Sequence[Reason]) -> tuple[Mention, ...]:
    """Those of *said* that use one of *reasons*; all of them where hardly any does.

    Not everybody who complains while a battery burns complains of the battery.
    """
    terms = [set(reason.term.split()) for reason in reasons]
    found = tuple(m for m in said if any(term <= set(words(m.text)) for term in terms))
    return found if len(found) >= FEW else tuple(said)


def _messages(said: Iterable[Mention | Wording]) -> list[Message]:
    return [
        Message(
            voice=s.voice or s.id,
            family=s.family or s.id,
            terms=phrases(_telling(s.text, s.language)),
        )
        for s in said
    ]


def _telling(text: str, language: str | None) -> list[str]:
    """The words of *text*, in order, that could be somebody's reason."""
    empty = FUNCTION_WORDS.get(language or "", frozenset())
    return [word for word in words(text) if len(word) >= SHORTEST and word not in empty]
