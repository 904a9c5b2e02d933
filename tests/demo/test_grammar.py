"""Sentences from rules."""

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


def test_slots_are_filled_from_rules_and_from_what_is_bound(grammar):
    said = {grammar.sentence("greeting", brand="Velorra") for _ in range(20)}
    assert "Velorra greets Ada" in said
    assert not any("{" in text for text in said)


def test_what_is_bound_wins_over_a_rule_and_is_put_in_as_it_is(grammar):
    """A text with braces stays what it was: nothing in it is expanded."""
    assert grammar.sentence("greeting", name="{name}", brand="V").endswith("{name}")


def test_no_option_comes_twice_before_all_came_once(grammar):
    rounds = Counter(grammar.sentence("name") for _ in range(10))
    assert rounds == {"Ada": 5, "Bo": 5}


def test_several_never_repeat_an_option(grammar):
    assert sorted(grammar.sentences("name", 5)) == ["Ada", "Bo"]


def test_an_unknown_slot_is_an_error(grammar):
    with pytest.raises(KeyError, match="brand"):
        grammar.sentences("greeting", 3)


def test_the_same_seed_says_the_same():
    said = [[Grammar(RULES, Random(7)).sentence("greeting", brand="V")] for _ in range(2)]
    assert said[0] == said[1]
