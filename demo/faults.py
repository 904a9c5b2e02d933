"""Faults of a demo: real ones, made from outside; nothing in the product knows of them."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError, HarkenError
from core.plugins import did_you_mean
from demo.check import Seen
from demo.session import Play, wait_for
from demo.workspace import write_control
from store import changes, processes
from store.alerts import outbox
from store.analysis import queue
from store.crawl import sources
from store.database import Record

SILENCE_S: Final = 120.0  # a fault has to be named within


def suffer(play: Play, record: Record, seen: Seen, name: str) -> None:
    """Make the fault *name*, note what the console says of it, end it and wait for recovery."""
    with _fault(name)(play, record):
        try:
            status = wait_for(f"the {name} outage to show", lambda: _named(play, name), SILENCE_S)
        except HarkenError as error:
            seen.failures.append(str(error))
            status = play.json("/status.json") or {}
        seen.silences, seen.calm = status.get("silences", []), status.get("calm")
        if seen.calm is not None:
            seen.failures.append(f"calm was {seen.calm} while the {name} was down")
    wait_for(f"the {name} to recover", lambda: _is_whole(play, record))


def check_name(name: str) -> None:
    """ConfigError: there is no fault of that name."""
    if name not in FAULTS:
        hint = did_you_mean(name, list(FAULTS))
        raise ConfigError(f"--fault: unknown {name!r}.{hint} Known: {', '.join(FAULTS)}.")


def _fault(name: str) -> Callable[[Play, Record], AbstractContextManager[None]]:
    check_name(name)
    return FAULTS[name]


def _named(play: Play, name: str) -> dict[str, Any] | None:
    status = play.json("/status.json")
    if status and any(s["what"] == name for s in status["silences"]):
        return status
    return None


def _is_whole(play: Play, record: Record) -> bool | None:
    status = play.json("/status.json")
    if not status or status["silences"]:
        return None
    with record.read() as tx:
        waiting, _ = queue.backlog(tx)
        behind = changes.last(tx) - min(changes.followers_at(tx).values(), default=0)
        due = outbox.tally(tx)["due"]
    return True if not waiting and behind <= 0 and not due else None


@contextmanager
def _no_scorer(play: Play, record: Record) -> Iterator[None]:
    """The weights are gone and the worker dies: it cannot come back until they are there."""
    weights = next((play.plan.folder / "model").iterdir())
    with _moved_away(weights):
        _kill(record, "analyse")
        yield


@contextmanager
def _no_source(play: Play, record: Record) -> Iterator[None]:
    """One site that worked answers 503."""
    with record.read() as tx:
        working = [s.slug for s in sources.active(tx) if s.first_ok and s.kind == "forum"]
        working = working or [s.slug for s in sources.active(tx) if s.first_ok]
    write_control(play.plan.folder, working[:1])
    yield
    write_control(play.plan.folder, [])


@contextmanager
def _no_index(play: Play, record: Record) -> Iterator[None]:
    """The folder of the embedded index is gone, or the way to Elasticsearch is cut."""
    if play.relay is not None:
        play.relay.cut()
        yield
        play.relay.mend()
        return
    folder = play.plan.folder / "state" / "index"
    with _moved_away(folder):
        folder.touch()
        _kill(record, "index")
        yield
        folder.unlink()


@contextmanager
def _no_smtp(play: Play, record: Record) -> Iterator[None]:
    """The mail server is down."""
    del record
    play.inbox.close()
    yield
    play.inbox.open()


@contextmanager
def _moved_away(path: Path) -> Iterator[None]:
    away = path.with_name(path.name + ".away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


def _kill(record: Record, name: str) -> None:
    with record.read() as tx:
        pids = [p.pid for p in processes.everyone(tx) if p.role == name]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


FAULTS: Final = {
    "scorer": _no_scorer,
    "source": _no_source,
    "index": _no_index,
    "smtp": _no_smtp,
}
