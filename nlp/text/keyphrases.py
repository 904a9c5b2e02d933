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

from core.tokenizer import Token, tokenize, tokenize_with_spans

MAX_PHRASES: Final = 5  # phrases of a text
MAX_PHRASE_WORDS: Final = 3  # words of a phrase
_MIN_LETTERS: Final = 3  # letters of a word that may stand alone
_JOINERS: Final = (" ", "-", "\u00a0")  # what may stand within a phrase


def extract_phrases(text: str, language: str | None) -> tuple[str, ...]:
    """At most MOST phrases of *text* in lower case; none in a language without stop words.

    What is said more often comes first, then what has more words, then what comes first.

    Args:
        text: without links, accounts and other names.
        language: of it, ISO 639-1; None: unknown.
    """
    stop = stop_words(language)
    if stop is None:
        return ()
    surfaces: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for run in _runs(text, stop):
        key = " ".join(token.word for token in run)
        surfaces.setdefault(key, text[run[0].start : run[-1].end].lower())
        counts[key] += 1
    # A sort keeps the order of what is equal: what was said first.
    best = sorted(counts, key=lambda phrase: (-counts[phrase], -phrase.count(" ")))
    return tuple(surfaces[phrase] for phrase in best[:MAX_PHRASES])


def _runs(text: str, stop: frozenset[str]) -> Iterator[Sequence[Token]]:
    """The phrases in order."""
    run: list[Token] = []
    for token in tokenize_with_spans(text):
        is_content = _is_content_word(token, stop)
        if run and not (is_content and text[run[-1].end : token.start] in _JOINERS):
            yield from _split_run(run)
            run = []
        run += [token] if is_content else []
    yield from _split_run(run)


def _split_run(run: Sequence[Token]) -> Iterator[Sequence[Token]]:
    for start in range(0, len(run), MAX_PHRASE_WORDS):
        piece = run[start : start + MAX_PHRASE_WORDS]
        if len(piece) > 1 or len(piece[0].word) >= _MIN_LETTERS:
            yield piece


def _is_content_word(token: Token, stop: frozenset[str]) -> bool:
    return token.word not in stop and len(token.word) > 1 and not token.word.isdecimal()


def stop_words(language: str | None) -> frozenset[str] | None:
    """Words that say nothing of what a text in *language* is about; None: they are not known."""
    return _stop_words().get(language or "")


@cache
def _stop_words() -> Mapping[str, frozenset[str]]:
    """By language; cut as texts are: "don't" is two words."""
    words_by_language = yaml.safe_load(
        Path(__file__).with_name("stopwords.yaml").read_text(encoding="utf-8")
    )
    return {code: frozenset(tokenize(word_list)) for code, word_list in words_by_language.items()}
