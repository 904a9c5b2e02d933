"""What a letter says of its own completeness: who was not heard, what was not scored. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.coverage import Coverage, Outage, SourceProblem
from templates.i18n import Phrase, phrase

SEVERAL: Final = 3  # sources: more sentences than that would bury what else is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How far a letter can be trusted, for the window that it tells of."""

    coverage: Coverage
    silences: tuple[Outage, ...] = ()
    unscored: Mapping[str, int] = field(
        default_factory=dict
    )  # mentions by language the model lacks
    pending: int = 0  # mentions heard but not scored yet
    deleted: int = 0  # mentions their authors took back: left out everywhere
    model: str = ""  # what scored them; empty: nothing was scored
    quality: float | None = None  # its measured macro-recall, 0 to 1; None: unknown
    learnt: bool = True  # False: what is usual is not known yet, so no incident can be seen


def told(completeness: Completeness) -> tuple[Phrase, ...]:
    """The sentences under "How complete this is", the gravest first."""
    return tuple(_told(completeness))


def silent(silences: Sequence[Outage]) -> Iterator[Phrase]:
    """What works no more, a sentence each; more than SEVERAL sources are told in one.

    Several processes may do one work: of those that are silent the first is told.
    """
    sources = [s for s in silences if s.what == "source"]
    if len(sources) > SEVERAL:
        yield phrase("silence.sources", count=len(sources), since=_first(sources))
    else:
        yield from (phrase("silence.source", name=s.name, since=s.since) for s in sources)
    for what in dict.fromkeys(s.what for s in silences if s.what != "source"):
        yield phrase(f"silence.{what}", since=_first([s for s in silences if s.what == what]))


def _first(silences: Sequence[Outage]) -> datetime:
    return min(silence.since for silence in silences)


def _told(known: Completeness) -> Iterator[Phrase]:
    yield from silent(known.silences)
    yield from _sources(known.coverage)
    if not known.learnt:
        yield phrase("heard.unlearnt")
    if known.unscored:
        languages = tuple(sorted(known.unscored, key=lambda code: (-known.unscored[code], code)))
        count = sum(known.unscored.values())
        yield phrase("heard.unscored", count=count, languages=languages)
    if known.pending:
        yield phrase("heard.pending", count=known.pending)
    if known.deleted:
        yield phrase("heard.deleted", count=known.deleted)
    if known.model and known.quality is not None:
        yield phrase("heard.measured", model=known.model, quality=known.quality)
    elif known.model:
        yield phrase("heard.model", model=known.model)


def _sources(coverage: Coverage) -> Iterator[Phrase]:
    if coverage.heard == coverage.sources:
        yield phrase("heard.all", count=coverage.sources)
    else:
        yield phrase("heard.some", heard=coverage.heard, count=coverage.sources)
    if coverage.unheard:
        yield phrase("heard.missing", sources=_named(coverage.unheard))


def _named(unheard: Sequence[SourceProblem]) -> tuple[Phrase, ...]:
    return tuple(
        phrase(
            "heard.reason" if source.reason and source.state != "forbidden" else "heard.source",
            name=source.name,
            state=phrase(f"coverage.{source.state}"),
            reason=source.reason,
        )
        for source in unheard
    )
