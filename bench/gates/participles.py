"""Bare participles among local names: ``found``, ``told``, ``merged``.

Local names are the parameters and the stored names of a function, each once a function; a nested
function's names count for its outer function, too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.gates.support.measure import Measure, problems_of, share
from bench.gates.support.tree import Function, Module, modules
from bench.gates.support.words import COMMON, bare, is_participle

COMMON_LIMIT: Final = 0.005
LIMIT: Final = 0.015


def problems(root: Path) -> list[str]:
    """Return the bare participles of each list whose share is above its limit."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Measure the share of the 22 words of the redesign, then that of all participles."""
    names = [name for module in modules(root) for name in _local_names(module)]
    common = [(place, name) for place, name in names if bare(name) in COMMON]
    every = [(place, name) for place, name in names if is_participle(name)]
    return [
        share("22 words", len(common), len(names), limit=COMMON_LIMIT, places=_places(common)),
        share("any participle", len(every), len(names), limit=LIMIT, places=_places(every)),
    ]


def _places(names: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(f"{place} {name}" for place, name in names))


def _local_names(module: Module) -> Iterator[tuple[str, str]]:
    for node in module.definitions:
        if isinstance(node, Function):
            for name, line in _lines(node).items():
                yield f"{module.path}:{line}", name


def _lines(function: Function) -> dict[str, int]:
    """Return the local names of *function* with the line that first stores each."""
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    lines = {parameter.arg: parameter.lineno for parameter in parameters}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
    return lines
