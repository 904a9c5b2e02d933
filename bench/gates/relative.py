"""Docstrings that begin with a relative word instead of a verb or a noun."""

from pathlib import Path
from typing import Final

from bench.gates.support.measure import Measure, problems_of, share
from bench.gates.support.tree import docstrings, modules

LIMIT: Final = 0.03
WORDS: Final = frozenset(("What", "How", "Whether", "Where", "Which", "Who", "When", "Why"))


def problems(root: Path) -> list[str]:
    """Return the docstrings that begin with a relative word, when they are too many."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Measure the share of docstrings that begin with a relative word."""
    lines = [
        (f"{module.path}:{number}", text.strip().splitlines()[0])
        for module in modules(root)
        for number, text in docstrings(module.definitions)
    ]
    places = [f"{place} {line}" for place, line in lines if is_relative(line)]
    return [share("relative docstrings", len(places), len(lines), limit=LIMIT, places=places)]


def is_relative(line: str) -> bool:
    """Return whether the first line of a docstring begins with a relative word."""
    return line.split(maxsplit=1)[0].strip(".,:;*`") in WORDS
