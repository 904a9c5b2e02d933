"""Why an incident grew, as letters and pages show it: terms beyond their usual share. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from alerts.drivers import Message, drivers, phrases
from core.mention import Mention
from core.words import words
from templates.contexts.mail import Reason

SHORTEST: Final = 4  # letters: shorter words are articles and the like


def explain(now: Sequence[Mention], before: Sequence[Mention]) -> tuple[Reason, ...]:
    """The terms of the mentions *now* that stand out from those *before*, the surest first."""
    found = drivers(_messages(now), _messages(before))
    return tuple(Reason(term=d.term, now=d.share, usual=d.usual_share) for d in found)


def _messages(mentions: Iterable[Mention]) -> list[Message]:
    return [
        Message(
            voice=m.voice or m.id,
            family=m.family or m.id,
            terms=phrases([w for w in words(m.text) if len(w) >= SHORTEST]),
        )
        for m in mentions
    ]
