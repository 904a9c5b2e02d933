"""The course of a demo: until the crisis is on screen, and what `--check` does after that."""

import contextlib
from collections.abc import Iterator
from typing import Any

from demo import faults, waits
from demo.check import OK, Seen, verdict
from demo.session import Plan, Play, begin, since_process_start, wait_for
from harken.clock import Clock
from store import counts as tally
from store.database import Record


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
    record = waits.record_made(play)
    seen = Seen(scored_per_s=waits.scored(record))
    found = waits.told(play, record)
    page = f"/incidents/{found[-1].id}" if found else "/"
    wait_for(f"the page {page}", lambda: True if play.get(page)[0] == OK else None)
    seen.ready_s = since_process_start()
    waits.indexed(record)
    waits.mailed(play, record)
    return record, seen


def check(plan: Plan, clock: Clock) -> dict[str, Any]:
    """The whole demo without anybody watching; its verdict."""
    with curtain(plan, clock) as play:
        record, seen = until_ready(play)
        if plan.fault:
            faults.suffer(play, record, seen, plan.fault)
        if plan.live is not None:
            waits.live_mailed(play, record, plan.live)
        seen.whole_at = waits.crawled_again(play, record)
        waits.mailed(play, record)  # on what that crawl may have told of
        if not plan.fault:
            status = play.json("/status.json") or {}
            seen.silences, seen.calm = status.get("silences", []), status.get("calm")
        return verdict(play, record, seen, total_s=since_process_start())


def summary(play: Play, record: Record, seen: Seen) -> list[str]:
    """A few lines for the person who started it."""
    with record.read() as tx:
        counts = tally.by_analysis(tx)
    found = waits.crises(record)
    lines = [
        f"ready after {seen.ready_s:.0f} s",
        f"mentions: {counts['scored']} scored, {counts['unscored']} in languages the model cannot "
        f"score, {seen.scored_per_s or 0:.0f} per second",
    ]
    lines += [
        f"{i.name}: {i.observed} people complaining about {i.watch} "
        f"(normally {i.expected:.1f}), since {i.onset:%H:%M} UTC"
        for i in found
    ]
    letters = [f"{a.kind}: {a.eml}" for a in play.inbox.arrivals]
    page = f"/incidents/{found[0].id}" if found else "/"
    return [
        *lines,
        *letters,
        f"console: {play.console_url}{page}",
        f"Press Ctrl-C to stop. All files are in {play.plan.folder}; delete it to remove them.",
    ]
