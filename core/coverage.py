"""Values for the health of Harken: sources with problems and parts that do not work."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """A source that does not answer as it should."""

    name: str
    state: str  # late | silent | forbidden | broken; gap is a key of the JSON that nothing sets yet
    since: datetime | None = None
    reason: str = ""  # in a few words, from the database; never a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The number of sources and of those that answer, with the problems of the others."""

    sources: int
    heard: int  # sources that answer
    unheard: tuple[SourceProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A part of Harken that worked before and does not work now."""

    what: str  # record | source | scorer | index | smtp | channel | scheduler
    name: str
    since: datetime
    reason: str
