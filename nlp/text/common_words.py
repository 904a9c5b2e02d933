"""Common words by language: they identify the language of a text that is too short to detect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from core.stopwords import STOP_WORDS
from core.tokenizer import tokenize

WORDS_FILE: Final = Path(__file__).with_name("common_words.yaml")


@dataclass(frozen=True, slots=True)
class CommonWords:
    """The common words of one language, folded."""

    words: frozenset[str]
    last: frozenset[str]  # nouns that may only end a hashtag, after another word

    def __contains__(self, word: str) -> bool:
        """Return True if *word*, folded, is one of them."""
        return word in self.words or word in self.last


def fold_word(word: str) -> str:
    """Return *word* as it is among the common words."""
    return "".join(tokenize(word))


@cache
def common_words() -> Mapping[str, CommonWords]:
    """Return the common words by language (ISO 639-1), stop words included."""
    entries: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        WORDS_FILE.read_text(encoding="utf-8")
    )
    return {
        language: CommonWords(
            words=frozenset(tokenize(entry["words"])) | STOP_WORDS[language],
            last=frozenset(tokenize(entry.get("last", ""))),
        )
        for language, entry in entries.items()
    }


def languages_of(words: Iterable[str]) -> frozenset[str]:
    """Return the languages (ISO 639-1) in which each of *words* (folded) is common."""
    word_set = set(words)
    return frozenset(
        language
        for language, entry in common_words().items()
        if word_set and all(word in entry for word in word_set)
    )
