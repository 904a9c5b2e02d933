"""Reasons of an incident: words, phrases and sources beyond their share of the days before. Pure.

Every author has one vote for a term, however often they use it. Near-identical posts are one post:
40 copies of a spam post among 100 mentions count once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import Final

from core.mention import Mention
from core.stopwords import stop_words
from core.tokenizer import tokenize
from store.alerts.observations import NegativeText
from templates.contexts.mail import Reason

PRIOR_VOTES: Final = 500.0  # total weight of the prior, in votes over all terms of both sides
MIN_Z: Final = 3.0  # standard deviations
MIN_VOICES: Final = 3  # voices: a term of fewer is no reason yet, whatever its odds
MIN_WORD_LENGTH: Final = 4  # letters: shorter words are articles and the like
MIN_MENTIONS: Final = 4  # mentions: an email quotes as many


@dataclass(frozen=True, slots=True, kw_only=True)
class TermDocument:
    """The terms of one mention."""

    voice: str
    family: str  # id shared by near-identical posts
    terms: tuple[str, ...]  # words, phrases, links or sources, in any mixture


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerm:
    """A term that is more frequent than normal."""

    term: str
    z: float  # standard deviations above chance, 3 or more
    share: float  # of the voices now, 0 to 1
    usual_share: float  # of the voices before, 0 to 1


def explain(now: Sequence[Mention], before: Sequence[NegativeText]) -> tuple[Reason, ...]:
    """Return the terms of the negative mentions *now* beyond their share *before*, surest first."""
    terms = key_terms(_documents(now), _documents(before))
    return tuple(Reason(term=t.term, now=t.share, usual=t.usual_share) for t in terms)


def mentions_with_reasons(
    negative_mentions: Sequence[Mention], reasons: Sequence[Reason]
) -> tuple[Mention, ...]:
    """Return those of *negative_mentions* that use one of *reasons*; all if fewer than four do.

    While a battery burns, other people still complain about the price.
    """
    terms = [set(reason.term.split()) for reason in reasons]
    matches = tuple(
        m for m in negative_mentions if any(term <= set(tokenize(m.text)) for term in terms)
    )
    return matches if len(matches) >= MIN_MENTIONS else tuple(negative_mentions)


def words_and_pairs(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, then the pairs of neighbours, each once, in order of first occurrence."""
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return tuple(dict.fromkeys((*words, *pairs)))


def key_terms(
    now: Iterable[TermDocument], before: Iterable[TermDocument], limit: int = 10
) -> list[KeyTerm]:
    """Return at most *limit* terms that are more frequent *now* than *before*, surest first.

    *now*: the negative mentions since onset; *before*: the negative ones of the weeks before it.
    Both sides complain: compared with all mentions, the words of any complaint would stand out.
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
    significant = [candidate for candidate in candidates if candidate.z >= MIN_Z]
    return sorted(significant, key=lambda candidate: (-candidate.z, candidate.term))[:limit]


def _documents(texts: Iterable[Mention | NegativeText]) -> list[TermDocument]:
    return [
        TermDocument(
            voice=text.voice or text.id,
            family=text.family or text.id,
            terms=words_and_pairs(_content_words(text.text, text.language)),
        )
        for text in texts
    ]


def _content_words(text: str, language: str | None) -> list[str]:
    """Return the words of *text* that can be a reason, in order."""
    stop = stop_words(language) or frozenset()
    return [word for word in tokenize(text) if len(word) >= MIN_WORD_LENGTH and word not in stop]


def _votes(documents: Iterable[TermDocument]) -> tuple[Counter[str], int]:
    """Return the number of voices by term, one document a family, and the number of all voices."""
    distinct = {document.family: document for document in reversed(list(documents))}
    voice_terms = {
        (document.voice, term) for document in distinct.values() for term in document.terms
    }
    voices = {document.voice for document in distinct.values()}
    return Counter(term for _, term in voice_terms), len(voices)


def _z(now: tuple[int, int], before: tuple[int, int], prior: float) -> float:
    (count, votes), (usual_count, usual_votes) = now, before
    other_votes = PRIOR_VOTES - prior + 1  # one more: the odds of an only term stay finite
    odds = log((count + prior) / (votes - count + other_votes))
    usual_odds = log((usual_count + prior) / (usual_votes - usual_count + other_votes))
    return (odds - usual_odds) / sqrt(1 / (count + prior) + 1 / (usual_count + prior))
