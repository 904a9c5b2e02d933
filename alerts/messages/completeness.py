"""Completeness of an email or page: missing sources, outages and mentions without a score."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection

from alerts.drift.report import DriftReport
from alerts.health import system_health
from core.analysis import PublishedFigure
from core.coverage import Coverage, Outage, SourceProblem
from store import counts
from store.crawl import gaps
from templates.i18n import Message, msg
from templates.quality import quality_message

MAX_SOURCE_SENTENCES: Final = 3  # sources: more sentences would bury the other problems

# From the name of a model to its measured quality; None: not measured.
Quality: TypeAlias = Callable[[str], PublishedFigure | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The gaps of an email or page, for the window it covers."""

    coverage: Coverage
    outages: tuple[Outage, ...] = ()
    unscored: Mapping[str, int] = field(default_factory=dict)  # mentions by unsupported language
    pending: int = 0  # stored mentions without a score so far
    deleted: int = 0  # mentions deleted by their authors: left out everywhere
    model: str = ""  # the newest model; empty: nothing was scored
    quality: PublishedFigure | None = None  # its measured quality; None: unknown
    drift: tuple[DriftReport, ...] = ()  # sources whose scores have shifted
    has_baseline: bool = True  # False: the normal level is unknown, so no incident can be detected


def load_completeness(
    tx: Connection, *, since: datetime, until: datetime, now: datetime, quality: Quality
) -> Completeness:
    """Return the missing sources as of *now* and the unscored mentions of [since, until)."""
    health = system_health(tx, now=now)
    gaps_of_window = gaps.gaps_since(tx, since, until=until)
    by_state, model = counts.by_analysis_state(tx), counts.latest_model(tx)
    return Completeness(
        coverage=replace(health.coverage, gaps=gaps_of_window),
        outages=health.outages,
        unscored=counts.unscored_by_language(tx, since=since, until=until),
        pending=by_state["pending"],
        deleted=by_state["deleted"],
        model=model,
        quality=quality(model),
        drift=health.drift,
    )


def completeness_messages(completeness: Completeness) -> tuple[Message, ...]:
    """Return the sentences under "What we may be missing", gravest first."""
    return tuple(_messages(completeness))


def outage_messages(outages: Sequence[Outage]) -> Iterator[Message]:
    """Yield a sentence for each outage; more than ``MAX_SOURCE_SENTENCES`` sources share one.

    Several processes may have one role: their earliest outage stands for all.
    """
    by_part: dict[str, list[Outage]] = {"source": [], "channel": []}
    for outage in outages:
        by_part.setdefault(outage.what, []).append(outage)
    sources, channels = by_part.pop("source"), by_part.pop("channel")
    yield from _outages_of_sources(sources)
    yield from (msg("silence.channel", name=channel_name(o), since=o.since) for o in channels)
    for part, outages_of_part in by_part.items():
        yield msg(f"silence.{part}", since=_earliest(outages_of_part))


def _outages_of_sources(outages: Sequence[Outage]) -> Iterator[Message]:
    if len(outages) > MAX_SOURCE_SENTENCES:
        yield msg("silence.sources", count=len(outages), since=_earliest(outages))
    else:
        yield from (_outage_of_source(outage) for outage in outages)


def _outage_of_source(outage: Outage) -> Message:
    key = "silence.source" if outage.expected is None else "silence.quiet"
    return msg(key, name=outage.name, since=outage.since, expected=outage.expected)


def drift_messages(reports: Sequence[DriftReport]) -> Iterator[Message]:
    """Yield a sentence for each source whose scores have shifted."""
    for report in reports:
        values = {
            "source": report.source,
            "since": report.since,
            "mean": report.mean,
            "reference": report.reference,
        }
        if report.incidents:
            yield msg("heard.drift_incident", incidents=report.incidents, **values)
        else:
            yield msg("heard.drift", **values)


def channel_name(outage: Outage) -> str:
    """Return the name of the channel behind *outage*: its process is ``channel-NAME``."""
    return outage.name.removeprefix("channel-")


def _earliest(outages: Sequence[Outage]) -> datetime:
    return min(outage.since for outage in outages)


def _messages(completeness: Completeness) -> Iterator[Message]:
    yield from outage_messages(completeness.outages)
    yield from _source_messages(completeness.coverage)
    if not completeness.has_baseline:
        yield msg("heard.unlearnt")
    yield from drift_messages(completeness.drift)
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
    if completeness.model:
        yield quality_message(completeness.model, completeness.quality)


def _source_messages(coverage: Coverage) -> Iterator[Message]:
    if coverage.heard == coverage.sources:
        yield msg("heard.all", count=coverage.sources)
    else:
        yield msg("heard.some", heard=coverage.heard, count=coverage.sources)
    if coverage.unheard:
        yield msg("heard.missing", sources=tuple(map(_problem_message, coverage.unheard)))
    yield from gap_messages(coverage)


def gap_messages(coverage: Coverage) -> Iterator[Message]:
    """Yield a sentence for each gap whose posts are missing.

    A gap that goes on is left out while the source is a problem: that states its start already.
    """
    problem_names = {problem.name for problem in coverage.unheard}
    for gap in coverage.gaps:
        if gap.caught_up or (gap.until is None and gap.source in problem_names):
            continue
        key = "heard.gap_open" if gap.until is None else "heard.gap"
        values = {"name": gap.source, "since": gap.since, "until": gap.until}
        yield msg(key, **values, reason=msg(f"gap.{gap.reason}"))


def _problem_message(problem: SourceProblem) -> Message:
    if problem.expected is not None:
        state = msg("coverage.quiet", since=problem.since)
        return msg("heard.source", name=problem.name, state=state)
    has_reason = problem.reason and problem.state != "forbidden"
    return msg(
        "heard.reason" if has_reason else "heard.source",
        name=problem.name,
        state=msg(f"coverage.{problem.state}"),
        reason=problem.reason,
    )
