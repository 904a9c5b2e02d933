"""Values for the health of Harken: sources with problems and parts that do not work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

SILENCE: Final = "silence"  # reasons of gaps: it answered and brought nothing new,
OUTAGE: Final = "outage"  # it was not crawled or did not answer,
OVERRUN: Final = "overrun"  # it listed new posts alone: older ones had left its page


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGap:
    """A time of which a source has brought no posts, or not all of them."""

    source: str
    since: datetime
    until: datetime | None  # None: it goes on
    reason: str  # SILENCE | OUTAGE | OVERRUN
    caught_up: bool = False  # its posts were fetched afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """A source that does not answer as it should, or brings no posts."""

    name: str
    state: str  # late | silent | forbidden | broken
    since: datetime | None = None
    reason: str = ""  # in a few words, from the database; never a secret
    expected: float | None = None  # posts since then, of a source that answers and brings none


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The number of sources and of those that bring posts, with the problems of the others."""

    sources: int
    heard: int  # sources that bring posts
    unheard: tuple[SourceProblem, ...] = ()
    gaps: tuple[SourceGap, ...] = ()  # that overlap the time in question, by source and start


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A part of Harken that worked before and does not work now."""

    what: str  # record | source | scorer | index | smtp | channel | scheduler
    name: str
    since: datetime
    reason: str
    expected: float | None = None  # posts since then, of a source that answers and brings none
