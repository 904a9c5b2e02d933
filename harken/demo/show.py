"""The course of a demo: until the crisis is on screen, and what `--check` does after that."""

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.errors import HarkenError
from core.incident import Kind
from harken.clock import Clock
from harken.demo import faults
from harken.demo.check import OK, Seen, true_incidents, verdict
from harken.demo.play import Plan, Play, begin, since_process_start, wait_for
from store import analysis, changes, incidents, runs, sources, tally
from store.record import Record


@contextlib.contextmanager
def curtain(plan: Plan, clock: Clock) -> Iterator[Play]:
    """A demo that is ended whatever happens."""
    play = begin(plan, clock)
    try:
        yield play
    finally:
        play.close()


def until_ready(play: Play) -> tuple[Record, Seen]:
    """Wait until what there is to see can be seen: the incident's page, or a calm console."""
    record = wait_for("the record", lambda: _record(play))
    rate = _Rate()
    wait_for("all mentions to be scored", lambda: _scored(record, rate))
    seen = Seen(scored_per_s=rate.per_second)
    if true_incidents(play):
        number = wait_for("an incident", lambda: _incident(record))
        wait_for("its page", lambda: True if play.get(f"/incidents/{number}")[0] == OK else None)
    else:
        wait_for("the console", lambda: True if play.get("/")[0] == OK else None)
    seen.ready_s = since_process_start()
    wait_for("the index", lambda: _indexed(record))
    wait_for("the letters", lambda: _letters(play, record))
    return record, seen


def check(plan: Plan, clock: Clock) -> dict[str, Any]:
    """The whole demo without anybody watching; its verdict."""
    with curtain(plan, clock) as play:
        record, seen = until_ready(play)
        if plan.fault:
            faults.suffer(play, record, seen, plan.fault)
        if plan.live is not None:
            _await_live(play, record, plan.live)
        seen.whole_at = _crawl_again(play, record)
        if not plan.fault:
            status = play.json("/status.json") or {}
            seen.silences, seen.calm = status.get("silences", []), status.get("calm")
        return verdict(play, record, seen, total_s=since_process_start())


def summary(play: Play, record: Record, seen: Seen) -> list[str]:
    """A few lines for the person who started it."""
    with record.read() as tx:
        counts = tally.by_analysis(tx)
        found = incidents.everything(tx, kind=Kind.CRISIS)
    lines = [
        f"ready after {seen.ready_s:.0f} s",
        f"mentions: {counts['scored']} scored, {counts['unscored']} unscored (their language is "
        f"none of the model's), {seen.scored_per_s or 0:.0f} a second",
    ]
    lines += [
        f"INC-{i.id}: {i.observed} negative voices about {i.watch}, usually {i.expected:.1f}; "
        f"since {i.onset:%H:%M} UTC"
        for i in found
    ]
    letters = [f"{a.kind}: {a.eml}" for a in play.inbox.arrivals]
    page = f"/incidents/{found[0].id}" if found else "/"
    return [
        *lines,
        *letters,
        f"console: {play.console_url}{page}",
        f"Ctrl-C ends it; all of it lies in {play.plan.folder}, one `rm -r` removes it.",
    ]


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
    path = play.plan.folder / "state" / "record.db"
    if not path.exists():
        return None
    record = Record(f"sqlite:///{path}")
    return record if record.version() else None


def _scored(record: Record, rate: _Rate) -> bool | None:
    with record.read() as tx:
        counts = tally.by_analysis(tx)
        ended = sources.back_fill_ended(tx)
        waiting, _ = analysis.backlog(tx)
    rate.note(counts["scored"] + counts["unscored"])
    return True if ended and not waiting else None


def _incident(record: Record) -> int | None:
    with record.read() as tx:
        found = incidents.everything(tx, kind=Kind.CRISIS)
    return found[-1].id if found else None


def _indexed(record: Record) -> bool | None:
    with record.read() as tx:
        followers = changes.followers_at(tx)
        return True if followers and min(followers.values()) >= changes.last(tx) - 50 else None


def _letters(play: Play, record: Record) -> bool | None:
    with record.read() as tx:
        found = incidents.everything(tx, kind=Kind.CRISIS)
    came = [a.message_id for a in play.inbox.arrivals]
    briefed = all(any(m.startswith(f"<inc-{i.id}.") for m in came) for i in found)
    return True if briefed and any(a.kind == "digest" for a in play.inbox.arrivals) else None


def _await_live(play: Play, record: Record, patience: float) -> None:
    """Until the second crisis is mailed, at the latest *patience* seconds after the start."""
    wanted = len(play.corpus.incidents)

    def mailed() -> bool | None:
        with record.read() as tx:
            found = incidents.everything(tx, kind=Kind.CRISIS)
        return True if len(found) >= wanted and _letters(play, record) else None

    left = patience - (play.clock.now() - play.started).total_seconds()
    with contextlib.suppress(HarkenError):  # the verdict will say that it was missed
        wait_for("the second crisis", mailed, max(left, 1.0))


def _crawl_again(play: Play, record: Record) -> datetime:
    """Wait until every source that works was crawled and scored once more; since which moment."""
    moment = play.clock.now()

    def crawled() -> bool | None:
        with record.read() as tx:
            working = {s.slug for s in sources.active(tx) if s.first_ok}
            return True if working <= runs.good_since(tx, moment) else None

    wait_for("another crawl", crawled)
    wait_for("its mentions to be scored", lambda: _scored(record, _Rate()))
    return moment
