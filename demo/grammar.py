"""Sentences from rules: an option may name other rules in braces."""

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
    """A generator of sentences from one set of rules.

    The options of a rule are drawn like cards of a shuffled deck: an option repeats only after all
    others. Neighbours differ, and a few dozen sentences give thousands of distinct posts.
    """

    def __init__(self, rules: Rules, rng: Random) -> None:
        self._rules = rules
        self._rng = rng
        self._decks: dict[str, list[str]] = {}

    def sentence(self, rule: str, **bindings: str) -> str:
        """Return one sentence of *rule*; a name in braces is a key of *bindings*, else a rule.

        Raises:
            KeyError: a name is unknown to both.
        """
        return self._fill(self._next_option(rule), bindings)

    def sentences(self, rule: str, count: int, **bindings: str) -> list[str]:
        """Return up to *count* sentences of *rule*, each from another option."""
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
    """Return the rules of the packaged files *names*; a later file overrides an earlier one."""
    return {
        rule: tuple(options.splitlines())
        for name in names
        for rule, options in load_yaml(name).items()
    }


@lru_cache
def load_yaml(name: str) -> Any:
    """Return the content of ``texts/NAME.yaml``; callers share it and must not change it."""
    text = (files("demo") / "texts" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)
