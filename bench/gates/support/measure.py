"""A figure of a tree beside its limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure beside its limit."""

    figure: str  # one line, with the limit
    places: tuple[str, ...]  # "path:line text", each thing that the figure counts
    fails: bool


def problems_of(measures: Iterable[Measure]) -> list[str]:
    """Return the places of those *measures* that fail."""
    return [place for measure in measures if measure.fails for place in measure.places]


def share(name: str, count: int, total: int, *, limit: float, places: Sequence[str]) -> Measure:
    """Measure *count* of *total*; fails above *limit*, a share from 0 to 1."""
    part = count / max(total, 1)
    figure = f"{name}: {part:.2%} ({count} of {total}; limit {limit:.1%})"
    return Measure(figure=figure, places=tuple(places), fails=part > limit)


def none_of(name: str, places: Sequence[str]) -> Measure:
    """Measure the number of *places*; fails unless there is none."""
    figure = f"{name}: {len(places)} (limit 0)"
    return Measure(figure=figure, places=tuple(places), fails=bool(places))
