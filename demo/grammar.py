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

    def sentence(self, rule: str, **bindings: str) -> str:
        """One sentence of *rule*; names in *bound* are put in as they are, other names are rules.

        Raises:
            KeyError: a name is neither bound nor a rule.
        """
        return self._fill(self._next_option(rule), bindings)

    def sentences(self, rule: str, count: int, **bindings: str) -> list[str]:
        """Up to *count* sentences of *rule*, no option of it twice."""
        options = self._rules[rule]
        selection = self._rng.sample(options, min(count, len(options)))
        return [self._fill(option, bindings) for option in selection]

    def _fill(self, option: str, bindings: Mapping[str, str]) -> str:
        return _SLOT.sub(
            lambda slot: (
                bindings[slot[1]] if slot[1] in bindings else self.sentence(slot[1], **bindings)
            ),
            option,
        )

    def _next_option(self, rule: str) -> str:
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
