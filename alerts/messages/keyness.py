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

PRIOR_VOTES: Final = 500.0  # votes that the terms of both sides together are worth beforehand
MIN_Z: Final = 3.0  # standard deviations
MIN_VOICES: Final = 3  # voices: what fewer say is nobody's reason yet, whatever the odds


@dataclass(frozen=True, slots=True, kw_only=True)
class TermDocument:
    """What one mention offers as reasons."""

    voice: str
    family: str  # near-identical messages share it
    terms: tuple[str, ...]  # words, phrases, links or sources, in any mixture


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerm:
    """A term that is said more than usual."""

    term: str
    z: float  # standard deviations above chance, 3 or more
    share: float  # of the voices now, 0 to 1
    usual_share: float  # of the voices before, 0 to 1


def words_and_pairs(words: Sequence[str]) -> tuple[str, ...]:
    """The words and the pairs of neighbours, each once, in the order of their first place."""
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return tuple(dict.fromkeys((*words, *pairs)))


def key_terms(
    now: Iterable[TermDocument], before: Iterable[TermDocument], limit: int = 10
) -> list[KeyTerm]:
    """At most *most* terms that *now* says more than *before*, the surest first.

    *now*: the negative mentions since onset; *before*: the negative ones of the weeks before it.
    Both sides complain: held against all mentions, the words of any complaint would stand out.
    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, formula 22):
    z = (ln odds now - ln odds before) / sqrt(1 / (f + a) + 1 / (b + a)), where f and b are the
    votes for a term and a is its share of the votes of both sides, times 500.
    """
    votes_now, voices_now = _votes(now)
    votes_before, voices_before = _votes(before)
    all_votes = votes_now + votes_before
    prior_scale = PRIOR_VOTES / max(all_votes.total(), 1)
    candidates = [
        KeyTerm(
            term=term,
            z=_z(
                (votes, votes_now.total()),
                (votes_before[term], votes_before.total()),
                all_votes[term] * prior_scale,
            ),
            share=votes / voices_now,
            usual_share=votes_before[term] / max(voices_before, 1),
        )
        for term, votes in votes_now.items()
        if votes >= MIN_VOICES
    ]
    significant = [driver for driver in candidates if driver.z >= MIN_Z]
    return sorted(significant, key=lambda driver: (-driver.z, driver.term))[:limit]


def _votes(documents: Iterable[TermDocument]) -> tuple[Counter[str], int]:
    """How many voices said each term in a message of their own, and how many voices there are."""
    distinct = {message.family: message for message in reversed(list(documents))}
    voice_terms = {(message.voice, term) for message in distinct.values() for term in message.terms}
    voices = {message.voice for message in distinct.values()}
    return Counter(term for _, term in voice_terms), len(voices)


def _z(now: tuple[int, int], before: tuple[int, int], prior: float) -> float:
    (count, votes), (usual_count, usual_votes) = now, before
    other_votes = PRIOR_VOTES - prior + 1  # one more, so that an only term has odds at all
    odds = log((count + prior) / (votes - count + other_votes))
    usual_odds = log((usual_count + prior) / (usual_votes - usual_count + other_votes))
    return (odds - usual_odds) / sqrt(1 / (count + prior) + 1 / (usual_count + prior))
