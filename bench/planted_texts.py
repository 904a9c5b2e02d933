"""Planted families of near-duplicates, and the quality of families of their texts.

A script is two to four texts of one language from nlp/training/texts. Its copies have 5 to 30 % of
their words changed, the sentences in another order, and each a signature of its own. A stranger
shares 40 % of the words of a script.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

TEXTS: Final = Path(__file__).parents[1] / "nlp" / "training" / "texts"
FILES: Final = ("kinds", "intent", "roles", "towards", "comparisons")
MIN_WORDS: Final = 18  # of a script
CHANGES: Final = (0.05, 0.30)  # share of the words of a copy that are changed
SHARED_BY_STRANGERS: Final = 0.40


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One text, and the family that it was planted in."""

    text: str
    family: int


def generate(seed: int, families: int = 60) -> list[Planted]:
    """Return the texts of *families* scripts in all languages, in random order.

    Half of the families lack their original.
    """
    rng = random.Random(seed)
    pools = read_pools()
    unused = {language: rng.sample(pool, len(pool)) for language, pool in sorted(pools.items())}
    languages = sorted(pools)
    planted: list[Planted] = []
    numbers = iter(range(10**9))
    for index in range(families):
        language = languages[index % len(languages)]
        pool = pools[language]
        sentences = _script(rng, unused[language])
        number = next(numbers)
        copies = [_copy(rng, sentences, pool) for _ in range(rng.randint(2, 12))]
        if index % 2:
            copies.append(" ".join(sentences))
        planted += [Planted(text=text, family=number) for text in copies]
        planted += [
            Planted(text=_stranger(rng, sentences, pool), family=next(numbers))
            for _ in range(rng.randint(1, 4))
        ]
        planted += [
            Planted(text=" ".join(_script(rng, unused[language])), family=next(numbers))
            for _ in range(3)
        ]
    rng.shuffle(planted)
    return planted


def read_pools() -> dict[str, list[str]]:
    """Return the texts of each language, each once, in the order of the files."""
    pools: dict[str, dict[str, None]] = defaultdict(dict)
    for name in FILES:
        for line in (TEXTS / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            pools[row["language"]].setdefault(row["text"])
    return {language: list(texts) for language, texts in pools.items()}


def _script(rng: random.Random, unused: list[str]) -> list[str]:
    """Take the sentences of a script from *unused*: two to four, at least ``MIN_WORDS`` words."""
    sentences = [unused.pop() for _ in range(rng.randint(2, 4))]
    while sum(len(s.split()) for s in sentences) < MIN_WORDS:
        sentences.append(unused.pop())
    return sentences


def _copy(rng: random.Random, sentences: Sequence[str], pool: Sequence[str]) -> str:
    """Return the script with changed words, in another order, with another signature."""
    share = rng.uniform(*CHANGES)
    words = [sentence.split() for sentence in sentences]
    _change(rng, words, share, pool)
    if rng.random() < 0.5:
        rng.shuffle(words)
    text = " ".join(" ".join(sentence) for sentence in words)
    return _decorate(rng, text, pool)


def _stranger(rng: random.Random, sentences: Sequence[str], pool: Sequence[str]) -> str:
    """Return a text that shares ``SHARED_BY_STRANGERS`` of the words of the script."""
    words = [sentence.split() for sentence in sentences]
    _change(rng, words, 1 - SHARED_BY_STRANGERS, pool)
    return " ".join(" ".join(sentence) for sentence in words)


def _change(
    rng: random.Random, sentences: list[list[str]], share: float, pool: Sequence[str]
) -> None:
    """Replace *share* of the words of *sentences* by words of *pool* that they do not have."""
    places = [(n, m) for n, sentence in enumerate(sentences) for m in range(len(sentence))]
    own = {word.casefold() for sentence in sentences for word in sentence}
    for n, m in rng.sample(places, round(share * len(places))):
        word = rng.choice(rng.choice(pool).split())
        while word.casefold() in own:
            word = rng.choice(rng.choice(pool).split())
        sentences[n][m] = word


def _decorate(rng: random.Random, text: str, pool: Sequence[str]) -> str:
    """Return *text* with a signature and with what copies on a platform have."""
    name = rng.choice(rng.choice(pool).split())
    endings = (
        f" — {name}, {rng.randint(18, 80)}",
        f"\n{name} {rng.choice('ABCDEFGH')}.",
        f" https://short.example/{rng.randrange(10**6)}",
        f" @{name.strip('.,!?')} #{rng.choice(('fail', 'acme', 'news'))}",
        " 😡" * rng.randint(1, 3),
        "",
    )
    return rng.choice(("", "RT @someone: ", "“")) + text + rng.choice(endings)


def pairs(groups: Iterable[Sequence[int]]) -> set[tuple[int, int]]:
    """Return the pairs of numbers within each of *groups*."""
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def group_by(labels: Sequence[object]) -> Iterator[list[int]]:
    """Yield the positions of each value of *labels*."""
    groups: dict[object, list[int]] = defaultdict(list)
    for position, label in enumerate(labels):
        groups[label].append(position)
    yield from groups.values()


def quality(texts: Sequence[Planted], families: Sequence[str]) -> tuple[float, float]:
    """Return the precision and recall of the pairs that share one of *families*."""
    planted = pairs(group_by([text.family for text in texts]))
    results = pairs(group_by(families))
    both = len(planted & results)
    return both / max(len(results), 1), both / max(len(planted), 1)
