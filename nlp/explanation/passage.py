"""The part of a text that is explained: its words and sentences as spans of the whole text."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from nlp.text.excerpt import EXCERPT_CHARACTERS, excerpt
from nlp.text.normalize import LINK, clean

Span: TypeAlias = tuple[int, int]  # text[start:end]

MAX_SENTENCE: Final = 300  # characters; a longer one is cut between two words

# A link, account, hashtag or word with its inner marks ("can't", "2/10", "-5%"), an emoticon, or a
# run of symbols such as emoji and stars. Other punctuation belongs to no word.
_WORD: Final = re.compile(
    rf"""(?:{LINK.pattern})
    | [@\#]?\w+(?:[-'’/@+]\w+|(?<=\d)[.,]\d+)*[%€$£+]?
    | (?<![^\s(])[:;=8xX][-'o^]?[()\[\]DPp/\\|3*](?!\w)
    | [^\w\s!-/:-@\[-`{{-~¡-¿،؛؟٪۔‐-‧‹-›、-】]+""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_BREAK: Final = re.compile(r"[.!?…؟۔。！？]['\"”’»)\]]*\s|\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """Parts of a text, in their order. A part is a span of the text."""

    text: str
    parts: tuple[Span, ...]

    @property
    def length(self) -> int:
        """The number of characters of all parts."""
        return sum(end - start for start, end in self.parts)

    def words(self, skipped: Collection[Span] = ()) -> list[Span]:
        """Return the words of the parts, without those that overlap one of *skipped*."""
        spans = [span for part in self.parts for span in _words(self.text, part)]
        return [
            (start, end)
            for start, end in spans
            if not any(start < last and first < end for first, last in skipped)
        ]

    def without(self, spans: Iterable[Span] = ()) -> str:
        """Return the text of the parts, one a line, with *spans* left out."""
        removals = sorted(spans)
        return "\n".join(self._part_without(part, removals) for part in self.parts)

    def _part_without(self, part: Span, removals: Sequence[Span]) -> str:
        position, end = part
        pieces = []
        for start, stop in removals:
            if position <= start and stop <= end:
                pieces.append(self.text[position:start])
                position = stop
        return " ".join([*pieces, self.text[position:end]])


def explained_passage(text: str, names: Iterable[Collection[str]] = ()) -> Passage:
    """Return the passage of *text* that a model reads: of a long text its excerpt.

    *names* are the terms by which it names each of its watches (``nlp.text.excerpt.excerpt``). A
    line of the excerpt that is no verbatim part of *text* (one word of thousands of characters, or
    a terminal command) is left out.
    """
    if len(clean(text)) <= EXCERPT_CHARACTERS:
        return Passage(text, ((0, len(text)),))
    parts, position = [], 0
    for line in excerpt(text, names).text.splitlines():
        start = text.find(line.strip(), position) if line.strip() else -1
        if start >= 0:
            position = start + len(line.strip())
            parts.append((start, position))
    return Passage(text, tuple(parts))


def sentences(text: str, words: Sequence[Span]) -> list[list[Span]]:
    """Return *words* of *text* by sentence; a sentence of over ``MAX_SENTENCE`` is cut."""
    groups: list[list[Span]] = []
    for word in words:
        is_new = not groups or _is_border(text, groups[-1], word)
        groups.append([word]) if is_new else groups[-1].append(word)
    return groups


def merge_adjacent(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return *spans* in the order of the text; those with white space alone between are one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and not text[result[-1][1] : start].strip():
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _is_border(text: str, sentence: Sequence[Span], word: Span) -> bool:
    gap = text[sentence[-1][1] : word[0]]
    return bool(_SENTENCE_BREAK.search(gap)) or word[1] - sentence[0][0] > MAX_SENTENCE


def _words(text: str, part: Span) -> Iterator[Span]:
    for match in _WORD.finditer(text, *part):
        yield match.span()
