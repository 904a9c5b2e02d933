"""Key phrases of a text: runs of content words between punctuation and stop words.

After RAKE (Rose et al. 2010, "Automatic keyword extraction from individual documents"), simplified
for posts: phrases have at most three words, and repeated ones come first.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from core.stopwords import stop_words
from core.tokenizer import Token, tokenize_with_spans

MAX_PHRASES: Final = 5  # per text
MAX_PHRASE_WORDS: Final = 3
_MIN_LETTERS: Final = 3  # of a phrase of one word
_JOINERS: Final = (" ", "-", "\u00a0")  # between the words of a phrase


def extract_phrases(text: str, language: str | None) -> tuple[str, ...]:
    """Return at most ``MAX_PHRASES`` phrases of *text* in lower case.

    More frequent phrases come first, then longer ones, then earlier ones. A language without stop
    words has none.

    Args:
        text: without links, accounts and other names.
        language: ISO 639-1; None: unknown.
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
    # The sort is stable: equal phrases stay in the order of the text.
    best = sorted(counts, key=lambda phrase: (-counts[phrase], -phrase.count(" ")))
    return tuple(surfaces[phrase] for phrase in best[:MAX_PHRASES])


def _runs(text: str, stop: frozenset[str]) -> Iterator[Sequence[Token]]:
    """Yield the phrases in the order of the text."""
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
