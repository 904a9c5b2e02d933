"""What a letter says of its own completeness: who was not heard, what was not scored. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.coverage import Coverage, Outage, SourceProblem
from templates.i18n import Message, msg

MAX_SOURCE_SENTENCES: Final = 3  # sources: more sentences than that would bury what else is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How far a letter can be trusted, for the window that it tells of."""

    coverage: Coverage
    outages: tuple[Outage, ...] = ()
    unscored: Mapping[str, int] = field(
        default_factory=dict
    )  # mentions by language the model lacks
    pending: int = 0  # mentions heard but not scored yet
    deleted: int = 0  # mentions their authors took back: left out everywhere
    model: str = ""  # what scored them; empty: nothing was scored
    quality: float | None = None  # its measured macro-recall, 0 to 1; None: unknown
    has_baseline: bool = True  # False: what is usual is not known yet, so no incident can be seen


def completeness_messages(completeness: Completeness) -> tuple[Message, ...]:
    """The sentences under "How complete this is", the gravest first."""
    return tuple(_messages(completeness))


def outage_messages(outages: Sequence[Outage]) -> Iterator[Message]:
    """What works no more, a sentence each; more than SEVERAL sources are told in one.

    Several processes may do one work: of those that are silent the first is told.
    """
    sources = [s for s in outages if s.what == "source"]
    if len(sources) > MAX_SOURCE_SENTENCES:
        yield msg("silence.sources", count=len(sources), since=_earliest(sources))
    else:
        yield from (msg("silence.source", name=s.name, since=s.since) for s in sources)
    for what in dict.fromkeys(s.what for s in outages if s.what != "source"):
        yield msg(f"silence.{what}", since=_earliest([s for s in outages if s.what == what]))


def _earliest(outages: Sequence[Outage]) -> datetime:
    return min(outage.since for outage in outages)


def _messages(completeness: Completeness) -> Iterator[Message]:
    yield from outage_messages(completeness.outages)
    yield from _source_messages(completeness.coverage)
    if not completeness.has_baseline:
        yield msg("heard.unlearnt")
    if completeness.unscored:
        languages = tuple(
            sorted(completeness.unscored, key=lambda code: (-completeness.unscored[code], code))
        )
        count = sum(completeness.unscored.values())
        yield msg("heard.unscored", count=count, languages=languages)
    if completeness.pending:
        yield msg("heard.pending", count=completeness.pending)
    if completeness.deleted:
        yield msg("heard.deleted", count=completeness.deleted)
    if completeness.model and completeness.quality is not None:
        yield msg("heard.measured", model=completeness.model, quality=completeness.quality)
    elif completeness.model:
        yield msg("heard.model", model=completeness.model)


def _source_messages(coverage: Coverage) -> Iterator[Message]:
    if coverage.heard == coverage.sources:
        yield msg("heard.all", count=coverage.sources)
    else:
        yield msg("heard.some", heard=coverage.heard, count=coverage.sources)
    if coverage.unheard:
        yield msg("heard.missing", sources=_problem_messages(coverage.unheard))


def _problem_messages(problems: Sequence[SourceProblem]) -> tuple[Message, ...]:
    return tuple(
        msg(
            "heard.reason" if source.reason and source.state != "forbidden" else "heard.source",
            name=source.name,
            state=msg(f"coverage.{source.state}"),
            reason=source.reason,
        )
        for source in problems
    )
