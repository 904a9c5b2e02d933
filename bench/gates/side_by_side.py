"""Modules side by side in one folder."""

from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bench.gates.support.measure import Measure, problems_of
from bench.gates.support.tree import modules

LIMIT: Final = 18
LIMITS: Final = MappingProxyType({"demo": 23})


def problems(root: Path) -> list[str]:
    """Return the folders that hold too many modules."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Count the modules of each folder, without ``__init__.py``."""
    folders = Counter(
        str(module.path.parent) for module in modules(root) if module.path.name != "__init__.py"
    )
    fullest = ", ".join(f"{folder} {count}" for folder, count in folders.most_common(4))
    special = ", ".join(f"{folder} {limit}" for folder, limit in LIMITS.items())
    figure = f"modules side by side: {fullest} (limit {LIMIT}; {special})"
    places = tuple(
        f"{folder}/ {count} modules, at most {LIMITS.get(folder, LIMIT)}"
        for folder, count in folders.most_common()
        if count > LIMITS.get(folder, LIMIT)
    )
    return [Measure(figure=figure, places=places, fails=bool(places))]
