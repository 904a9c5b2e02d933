"""The crawls of a source as its silence detector takes them. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from alerts.silence.detector import Crawl, SilenceChange, SilenceDetector
from store.crawl.runs import EndedRun


def add_runs(
    detector: SilenceDetector, ended_runs: Sequence[EndedRun], *, max_interval: timedelta
) -> list[SilenceChange]:
    """Add *ended_runs*, oldest first, to *detector*; return the changes, oldest first.

    The time between two successful runs counts if it is at most *max_interval*. A run that failed
    proves nothing, unless it brought posts: then it ends a silence.
    """
    changes = []
    for run in ended_runs:
        is_successful = run.state == "ok"
        if not (is_successful or run.arrivals):
            continue
        is_covered = is_successful and run.started - detector.last_crawl <= max_interval
        change = detector.add(Crawl(run.started, run.arrivals, is_covered))
        if change is not None:
            changes.append(change)
    return changes
