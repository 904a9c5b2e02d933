"""Sentences of a grammar."""

from collections import Counter
from random import Random

import pytest

from demo.grammar import Grammar

RULES = {
    "greeting": ("Hello {name}", "Good day {name}", "{brand} greets {name}"),
    "name": ("Ada", "Bo"),
}


@pytest.fixture
def grammar():
    return Grammar(RULES, Random(1))


def test_slots_are_filled_from_rules_and_arguments(grammar):
    sentences = {grammar.sentence("greeting", brand="Velorra") for _ in range(20)}
    assert "Velorra greets Ada" in sentences
    assert not any("{" in text for text in sentences)


def test_argument_overrides_a_rule_and_is_not_expanded(grammar):
    """A text with braces is not expanded."""
    assert grammar.sentence("greeting", name="{name}", brand="V").endswith("{name}")


def test_every_option_is_used_before_one_repeats(grammar):
    counts = Counter(grammar.sentence("name") for _ in range(10))
    assert counts == {"Ada": 5, "Bo": 5}


def test_sentences_are_different(grammar):
    assert sorted(grammar.sentences("name", 5)) == ["Ada", "Bo"]


def test_unknown_slot_is_an_error(grammar):
    with pytest.raises(KeyError, match="brand"):
        grammar.sentences("greeting", 3)


def test_same_seed_gives_the_same_sentences():
    sentences = [[Grammar(RULES, Random(7)).sentence("greeting", brand="V")] for _ in range(2)]
    assert sentences[0] == sentences[1]
