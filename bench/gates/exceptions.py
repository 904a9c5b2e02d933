"""The tree of exceptions in the docstring of core/errors.py, beside the classes that exist."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.gates.support.measure import Measure, none_of, problems_of
from bench.gates.support.tree import definitions, modules

BASE: Final = "HarkenError"
FILE: Final = "core/errors.py"


@dataclass(frozen=True, slots=True)
class _Class:
    place: str
    bases: frozenset[str]


def problems(root: Path) -> list[str]:
    """Return each subclass of HarkenError that is not drawn, or not below its base."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Count the differences between the classes of *root* and the drawing."""
    classes = _subclasses(root)
    drawing = _drawing(root)
    count = len(classes.keys() & drawing.keys())
    name = f"{count} of {len(classes)} exceptions drawn, differences"
    return [none_of(name, sorted(_differences(classes, drawing)))]


def _differences(classes: Mapping[str, _Class], drawing: Mapping[str, str]) -> Iterator[str]:
    for name, kind in classes.items():
        if name not in drawing:
            yield f"{kind.place} {name} is not drawn in {FILE}"
        elif drawing[name] not in kind.bases:
            yield f"{kind.place} {name} is drawn below {drawing[name]}, which is not its base"
    for name in drawing.keys() - classes.keys():
        yield f"{FILE}:1 {name} is drawn, but no room defines it"


def _drawing(root: Path) -> dict[str, str]:
    """Return the names in the drawing with the name above each."""
    text = (root / FILE).read_text(encoding="utf-8")
    lines = (ast.get_docstring(definitions(text, FILE)[0]) or "").splitlines()
    depths: dict[int, str] = {0: BASE}
    above = {}
    for line in lines:
        branch, _, rest = line.partition("── ")
        if rest:
            depth = len(branch) + 1
            depths = {at: name for at, name in depths.items() if at < depth}
            name = rest.split()[0]
            above[name] = depths[max(depths)]
            depths[depth] = name
    return above


def _subclasses(root: Path) -> dict[str, _Class]:
    """Return the classes that derive from HarkenError, near or far, by name."""
    classes = list(_classes(root))
    family = {BASE}
    while more := {name for name, kind in classes if kind.bases & family} - family:
        family |= more
    return {name: kind for name, kind in classes if kind.bases & family}


def _classes(root: Path) -> Iterator[tuple[str, _Class]]:
    for module in modules(root):
        for node in module.definitions:
            if isinstance(node, ast.ClassDef):
                bases = frozenset(ast.unparse(base).rpartition(".")[2] for base in node.bases)
                yield node.name, _Class(f"{module.path}:{node.lineno}", bases)
