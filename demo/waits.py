"""What a demo waits for on its way; each returns as soon as it is so, or raises HarkenError."""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.errors import HarkenError
from core.incident import Incident, Kind
from demo.check import true_incidents
from demo.session import Play, wait_for
from store import changes, watches
from store import counts as tally
from store.alerts import incidents, observations
from store.analysis import queue
from store.crawl import runs, sources
from store.database import Record

GRACE_S: Final = 60.0  # once all watches are judged, a crisis that was begun may need so much more
NEARLY: Final = 50  # changes: an index so close behind shows all that there is to see


def record_made(play: Play) -> Record:
    """The record, its tables made."""
    return wait_for("the database", lambda: _record(play))


def scored(record: Record) -> float | None:
    """Wait until all sources were read and their mentions judged; mentions a second, if any."""
    rate = _Rate()
    wait_for(
        "all mentions to be scored",
        lambda: _scored(record, rate),
        progress=lambda: _counts(record),
    )
    return rate.per_second


def told(play: Play, record: Record) -> Sequence[Incident]:
    """The crises of the truth, or those of them that detection tells of; newest first."""
    wait_for("detection", lambda: _judged(record))
    wanted = len(true_incidents(play))
    with contextlib.suppress(HarkenError):  # the verdict will name what was missed
        wait_for("the crises", lambda: True if len(crises(record)) >= wanted else None, GRACE_S)
    return crises(record)


def indexed(record: Record) -> None:
    """Wait until the index has nearly caught up with the record."""
    wait_for("the index", lambda: _indexed(record), progress=lambda: _followed(record))


def mailed(play: Play, record: Record) -> None:
    """Wait until a brief on each crisis and a digest came in; the verdict names what did not."""
    with contextlib.suppress(HarkenError):
        wait_for("the emails", lambda: _mailed(play, record))


def live_mailed(play: Play, record: Record, patience: float) -> None:
    """Wait for the second crisis and its letter, at the latest *patience* s after the start."""
    wanted = len(play.corpus.incidents)
    left = patience - (play.clock.now() - play.started).total_seconds()
    with contextlib.suppress(HarkenError):
        wait_for(
            "the second crisis",
            lambda: _mailed(play, record) if len(crises(record)) >= wanted else None,
            max(left, 1.0),
        )


def crawled_again(play: Play, record: Record) -> datetime:
    """Wait until every source that works was crawled and scored once more; since which moment."""
    moment = play.clock.now()
    wait_for("another crawl", lambda: _crawled(record, moment))
    scored(record)
    return moment


def crises(record: Record) -> Sequence[Incident]:
    """All crises of the record, newest first."""
    with record.read() as tx:
        return incidents.everything(tx, kind=Kind.CRISIS)


class _Rate:
    """How fast mentions were scored while there were many."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None
        self.per_second: float | None = None

    def note(self, done: int) -> None:
        """Look at the count of scored mentions."""
        if not done:
            return
        if self.first is None:
            self.first = (time.monotonic(), done)
        elif done > self.first[1]:
            self.per_second = (done - self.first[1]) / (time.monotonic() - self.first[0])


def _record(play: Play) -> Record | None:
    if play.run.poll() is not None:
        log = play.plan.folder / "run.log"
        raise HarkenError(f"harken run ended with {play.run.returncode}; see {log}.")
    path = play.plan.folder / "state" / "record.db"
    if not path.exists():
        return None
    record = Record(f"sqlite:///{path}")
    return record if record.version() else None


def _counts(record: Record) -> object:
    with record.read() as tx:
        return tally.by_analysis(tx)


def _scored(record: Record, rate: _Rate) -> bool | None:
    with record.read() as tx:
        counts = tally.by_analysis(tx)
        ended = sources.back_fill_ended(tx)
        waiting, _ = queue.backlog(tx)
    rate.note(counts["scored"] + counts["unscored"])
    return True if ended and not waiting else None


def _judged(record: Record) -> bool | None:
    with record.read() as tx:
        listened = watches.active_watches(tx)
        return True if all(observations.baseline(tx, w.slug) for w in listened) else None


def _followed(record: Record) -> int:
    with record.read() as tx:
        return min(changes.followers_at(tx).values(), default=-1)


def _indexed(record: Record) -> bool | None:
    with record.read() as tx:
        last = changes.last(tx)
    return True if 0 <= _followed(record) >= last - NEARLY else None


def _mailed(play: Play, record: Record) -> bool | None:
    came = [arrival.message_id for arrival in play.inbox.arrivals]
    briefed = all(any(m.startswith(f"<inc-{i.id}.") for m in came) for i in crises(record))
    return True if briefed and any(a.kind == "digest" for a in play.inbox.arrivals) else None


def _crawled(record: Record, moment: datetime) -> bool | None:
    with record.read() as tx:
        working = {s.slug for s in sources.active(tx) if s.first_ok}
        return True if working <= runs.good_since(tx, moment) else None
