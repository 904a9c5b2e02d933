"""Texts that resemble each other, and their families computed without a database."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from itertools import combinations

from store.families.sketches import band_keys, sketch
from store.families.stars import Text, resemblance, stars

Words = tuple[str, ...]


def key(words: Words) -> str:
    """Return the key of a text."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def text(words: Words) -> Text:
    """Return a text with its sketch."""
    return Text(id=key(words), sketch=sketch(words))


def changed(words: Words, count: int, seed: int) -> Words:
    """Return *words* with *count* of them replaced by words of no other text."""
    rng = random.Random(seed)
    places = rng.sample(range(len(words)), count)
    return tuple(f"x{seed}y{n}" if n in places else word for n, word in enumerate(words))


def script(number: int, size: int = 30) -> Words:
    """Return the words of script *number*; two scripts share none."""
    return tuple(f"word{number}s{n}" for n in range(size))


def drawn_texts(seed: int) -> list[Words]:
    """Return texts of three scripts in different degrees of change, and mixtures of two."""
    rng = random.Random(seed)
    texts = [
        changed(script(n), rng.randint(0, 12), rng.randrange(10**6))
        for n in range(3)
        for _ in range(rng.randint(1, 5))
    ]
    for _ in range(3):
        one, other = rng.sample(texts, 2)
        cut = rng.randint(8, 22)
        texts.append(one[:cut] + other[cut:])
    return texts


def expected_families(texts: Sequence[Words]) -> dict[str, str]:
    """Return the family of each text by key: stars of the connected groups, by definition."""
    by_key = {key(words): text(words) for words in texts}
    groups = {k: {k} for k in by_key}
    for one, other in combinations(by_key.values(), 2):
        shares_band = set(band_keys(one.sketch)) & set(band_keys(other.sketch))
        if shares_band and resemblance([one], [other])[0, 0] > 0:
            union = groups[one.id] | groups[other.id]
            groups.update(dict.fromkeys(union, union))
    members: Mapping[frozenset[str], None] = dict.fromkeys(map(frozenset, groups.values()))
    return {
        member: star.family
        for group in members
        for star in stars([by_key[k] for k in group])
        for member in star.members
    }
