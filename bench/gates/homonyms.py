"""Public classes of one name in several modules, outside the folders of plug-ins."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from bench.gates.support.measure import Measure, problems_of
from bench.gates.support.tree import PLUGIN_FOLDERS, modules


def problems(root: Path) -> list[str]:
    """Return each place that defines a public class of a name that is defined elsewhere, too."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Count the names of public top-level classes that more than one module defines."""
    places = defaultdict(list)
    for place, name in _public_classes(root):
        places[name].append(f"{place} {name}")
    homonyms = [places[name] for name in sorted(places) if len(places[name]) > 1]
    figure = f"public class names defined more than once: {len(homonyms)} (limit 0)"
    return [Measure(figure=figure, places=tuple(chain(*homonyms)), fails=bool(homonyms))]


def _public_classes(root: Path) -> Iterator[tuple[str, str]]:
    for module in modules(root):
        if not PLUGIN_FOLDERS & set(module.path.parts):
            for node in module.definitions[0].body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield f"{module.path}:{node.lineno}", node.name
