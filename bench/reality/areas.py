"""Areas of `reality` in playing order, and the files by which a folder has each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Area:
    """One area.

    Attributes:
        name: the value of AREA and the key in ``out/reality.json``.
        patterns: globs below the folder of inputs; an area exists where one of them has a match.
        kind_key: the key of a case's YAML that holds its kind; empty: a module ``bench.reality.
            NAME`` plays the area, not a script of SHARED.
    """

    name: str
    patterns: tuple[str, ...]
    kind_key: str = ""


AREAS: Final = (
    Area("crawl", ("crawl/cases/**/*.yaml", "crawl/right-today/**/*.yaml"), "fault"),
    Area("faults", ("faults/cases/**/*.yaml", "faults/right-today/**/*.yaml"), "kind"),
    Area("security", ("security/cases/**/*.yaml", "security/right-today/**/*.yaml"), "fault"),
    Area("alerts", ("alerts/**/*.json",)),
    Area("index", ("index/queries.jsonl",)),
    Area("nlp", ("nlp/*.jsonl",)),
    Area("console", ("index/console.jsonl",)),
)


def has(inputs: Path, area: Area) -> bool:
    """Return whether *inputs* holds anything for *area*."""
    return any(next(inputs.glob(pattern), None) is not None for pattern in area.patterns)


def select(inputs: Path, names: Sequence[str]) -> list[Area]:
    """Return the areas that *inputs* holds, in playing order; of *names* alone unless empty."""
    return [area for area in AREAS if (not names or area.name in names) and has(inputs, area)]
