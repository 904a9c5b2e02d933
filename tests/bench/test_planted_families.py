"""Planted families: the yardstick itself, and the families of a small set."""

from bench import planted_families
from bench.planted_texts import Planted, generate, quality, read_pools
from nlp.text.duplicates import fold


def test_a_seed_gives_the_same_texts_and_another_one_others():
    assert generate(7, 4) == generate(7, 4)
    assert generate(7, 4) != generate(8, 4)


def test_texts_are_in_several_languages_and_scripts():
    assert set(read_pools()) >= {"ar", "de", "en", "fr"}
    assert any("\u0600" <= letter <= "\u06ff" for t in generate(7, 7) for letter in t.text)


def test_copies_differ_in_their_words_and_strangers_share_some():
    families: dict[int, set[str]] = {}
    for text in generate(7, 7):
        families.setdefault(text.family, set()).add(fold(text.text).key)
    assert sum(len(keys) > 1 for keys in families.values()) == 7


def test_quality_counts_pairs():
    texts = [Planted(text="", family=n) for n in (1, 1, 1, 2)]
    assert quality(texts, ["a", "a", "b", "b"]) == (1 / 2, 1 / 3)
    assert quality(texts, ["a", "a", "a", "b"]) == (1, 1)
    assert quality(texts, ["a", "b", "c", "d"]) == (0, 0)


def test_goals_are_reached_in_three_orders_and_after_restarts():
    figures = planted_families.measure(107, 14)
    assert planted_families.is_good(figures), figures
    assert not planted_families.is_good(figures | {"same_ids": False})
    assert not planted_families.is_good(figures | {"precision": 0.98})
    assert not planted_families.is_good(figures | {"recall": 0.94})
