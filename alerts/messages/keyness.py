"""Why: the words, phrases and sources that set a crisis apart from the days before. Pure.

Every voice has one vote for a term, however often it says it, and near-identical messages are one
message. So the 40 copies of a spam in 100 mentions count as one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import Final

PRIOR: Final = 500.0  # votes that the terms of both sides together are worth beforehand
SURE: Final = 3.0  # standard deviations
MANY: Final = 3  # voices: what fewer say is nobody's reason yet, whatever the odds


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one mention offers as reasons."""

    voice: str
    family: str  # near-identical messages share it
    terms: tuple[str, ...]  # words, phrases, links or sources, in any mixture


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A term that is said more than usual."""

    term: str
    z: float  # standard deviations above chance, 3 or more
    share: float  # of the voices now, 0 to 1
    usual_share: float  # of the voices before, 0 to 1


def phrases(words: Sequence[str]) -> tuple[str, ...]:
    """The words and the pairs of neighbours, each once, in the order of their first place."""
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return tuple(dict.fromkeys((*words, *pairs)))


def drivers(now: Iterable[Message], before: Iterable[Message], most: int = 10) -> list[Driver]:
    """At most *most* terms that *now* says more than *before*, the surest first.

    *now*: the negative mentions since onset; *before*: the negative ones of the weeks before it.
    Both sides complain: held against all mentions, the words of any complaint would stand out.
    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, formula 22):
    z = (ln odds now - ln odds before) / sqrt(1 / (f + a) + 1 / (b + a)), where f and b are the
    votes for a term and a is its share of the votes of both sides, times 500.
    """
    front, voices = _votes(now)
    back, usual_voices = _votes(before)
    both = front + back
    of_prior = PRIOR / max(both.total(), 1)
    found = [
        Driver(
            term=term,
            z=_z((votes, front.total()), (back[term], back.total()), both[term] * of_prior),
            share=votes / voices,
            usual_share=back[term] / max(usual_voices, 1),
        )
        for term, votes in front.items()
        if votes >= MANY
    ]
    sure = [driver for driver in found if driver.z >= SURE]
    return sorted(sure, key=lambda driver: (-driver.z, driver.term))[:most]


def _votes(messages: Iterable[Message]) -> tuple[Counter[str], int]:
    """How many voices said each term in a message of their own, and how many voices there are."""
    distinct = {message.family: message for message in reversed(list(messages))}
    said = {(message.voice, term) for message in distinct.values() for term in message.terms}
    voices = {message.voice for message in distinct.values()}
    return Counter(term for _, term in said), len(voices)


def _z(now: tuple[int, int], before: tuple[int, int], prior: float) -> float:
    (said, votes), (usual, usual_votes) = now, before
    rest = PRIOR - prior + 1  # one more, so that an only term has odds at all
    odds = log((said + prior) / (votes - said + rest))
    usual_odds = log((usual + prior) / (usual_votes - usual + rest))
    return (odds - usual_odds) / sqrt(1 / (said + prior) + 1 / (usual + prior))
