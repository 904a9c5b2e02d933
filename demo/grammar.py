"""Sentences from rules: an option may name other rules in braces; options are dealt, not rolled."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, Final

import yaml

_SLOT: Final = re.compile(r"\{(\w+)\}")

Rules = Mapping[str, tuple[str, ...]]


class Grammar:
    """Says sentences of one set of rules.

    Options of a rule come like cards of a shuffled deck: none comes twice before all came once, so
    that neighbours differ and a few dozen sentences carry thousands of distinct posts.
    """

    def __init__(self, rules: Rules, rng: Random) -> None:
        self._rules = rules
        self._rng = rng
        self._decks: dict[str, list[str]] = {}

    def say(self, rule: str, **bound: str) -> str:
        """One sentence of *rule*; names in *bound* are put in as they are, other names are rules.

        Raises:
            KeyError: a name is neither bound nor a rule.
        """
        return self._filled(self._deal(rule), bound)

    def several(self, rule: str, count: int, **bound: str) -> list[str]:
        """Up to *count* sentences of *rule*, no option of it twice."""
        options = self._rules[rule]
        chosen = self._rng.sample(options, min(count, len(options)))
        return [self._filled(option, bound) for option in chosen]

    def _filled(self, option: str, bound: Mapping[str, str]) -> str:
        return _SLOT.sub(
            lambda slot: bound[slot[1]] if slot[1] in bound else self.say(slot[1], **bound), option
        )

    def _deal(self, rule: str) -> str:
        deck = self._decks.get(rule)
        if not deck:
            deck = self._decks[rule] = list(self._rules[rule])
            self._rng.shuffle(deck)
        return deck.pop()


def load_rules(*names: str) -> Rules:
    """The rules of the packaged files *names* together; a later file wins."""
    return {
        rule: tuple(options.splitlines())
        for name in names
        for rule, options in load_yaml(name).items()
    }


@lru_cache
def load_yaml(name: str) -> Any:
    """What ``texts/NAME.yaml`` holds; shared between callers, who only read it."""
    text = (files("demo") / "texts" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)
