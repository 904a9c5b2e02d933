"""The phrases that carry a text: runs of words between punctuation and the words of grammar.

After RAKE (Rose et al. 2010, "Automatic keyword extraction from individual documents"), shortened
for posts: no phrase of more than three words, and what is said twice comes first.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from core.tokenizer import Token, tokens, words

MOST: Final = 5  # phrases of a text
WIDEST: Final = 3  # words of a phrase
_SHORTEST: Final = 3  # letters of a word that may stand alone
_GLUE: Final = (" ", "-", "\u00a0")  # what may stand within a phrase


def phrases(text: str, language: str | None) -> tuple[str, ...]:
    """At most MOST phrases of *text* in lower case; none in a language without stop words.

    What is said more often comes first, then what has more words, then what comes first.

    Args:
        text: without links, accounts and other names.
        language: of it, ISO 639-1; None: unknown.
    """
    stop = stop_words(language)
    if stop is None:
        return ()
    said: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for run in _runs(text, stop):
        folded = " ".join(token.word for token in run)
        said.setdefault(folded, text[run[0].start : run[-1].end].lower())
        counts[folded] += 1
    # A sort keeps the order of what is equal: what was said first.
    best = sorted(counts, key=lambda phrase: (-counts[phrase], -phrase.count(" ")))
    return tuple(said[phrase] for phrase in best[:MOST])


def _runs(text: str, stop: frozenset[str]) -> Iterator[Sequence[Token]]:
    """The phrases in order."""
    run: list[Token] = []
    for token in tokens(text):
        carries = _carries(token, stop)
        if run and not (carries and text[run[-1].end : token.start] in _GLUE):
            yield from _cut(run)
            run = []
        run += [token] if carries else []
    yield from _cut(run)


def _cut(run: Sequence[Token]) -> Iterator[Sequence[Token]]:
    for at in range(0, len(run), WIDEST):
        piece = run[at : at + WIDEST]
        if len(piece) > 1 or len(piece[0].word) >= _SHORTEST:
            yield piece


def _carries(token: Token, stop: frozenset[str]) -> bool:
    return token.word not in stop and len(token.word) > 1 and not token.word.isdecimal()


def stop_words(language: str | None) -> frozenset[str] | None:
    """Words that say nothing of what a text in *language* is about; None: they are not known."""
    return _stop_words().get(language or "")


@cache
def _stop_words() -> Mapping[str, frozenset[str]]:
    """By language; cut as texts are: "don't" is two words."""
    said = yaml.safe_load(Path(__file__).with_name("stopwords.yaml").read_text(encoding="utf-8"))
    return {code: frozenset(words(listed)) for code, listed in said.items()}
