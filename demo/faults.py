"""Faults of a demo: real ones, caused from outside; the product has no code for them."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from core.plugins import unknown_name
from demo.check import DemoObservations
from demo.session import DemoSession, WaitTimeoutError
from demo.workspace import write_control
from store import changes, processes
from store.alerts import outbox
from store.analysis import queue
from store.crawl import sources
from store.database import Database

MAX_SILENCE_DELAY_S: Final = 120.0  # the console must report a fault within so many seconds


def inject_fault(
    session: DemoSession, database: Database, observations: DemoObservations, name: str
) -> None:
    """Cause the fault *name*, store what the console reports, end the fault, wait for recovery."""
    session.display.show_status(f"Breaking the {name}")
    with _fault(name)(session, database):
        try:
            status = session.wait_for(
                f"the {name} outage to show",
                lambda: _status_with_silence(session, name),
                MAX_SILENCE_DELAY_S,
            )
        except WaitTimeoutError as error:
            observations.failures.append(str(error))
            status = session.json("/status.json") or {}
        observations.silences, observations.calm = status.get("silences", []), status.get("calm")
        if observations.calm is not None:
            observations.failures.append(f"calm was {observations.calm} while the {name} was down")
    session.wait_for(f"the {name} to recover", lambda: _has_recovered(session, database))


def check_fault_name(name: str) -> None:
    """Raise ConfigError if there is no fault *name*."""
    if name not in FAULTS:
        raise ConfigError(f"--fault: {unknown_name(name, list(FAULTS))}")


def _fault(name: str) -> Callable[[DemoSession, Database], AbstractContextManager[None]]:
    check_fault_name(name)
    return FAULTS[name]


def _status_with_silence(session: DemoSession, name: str) -> dict[str, Any] | None:
    status = session.json("/status.json")
    if status and any(s["what"] == name for s in status["silences"]):
        return status
    return None


def _has_recovered(session: DemoSession, database: Database) -> bool | None:
    status = session.json("/status.json")
    if not status or status["silences"]:
        return None
    with database.read() as tx:
        backlog_size, _ = queue.backlog(tx)
        index_lag = changes.last_number(tx) - min(changes.offsets(tx).values(), default=0)
        due = outbox.counts(tx)["due"]
    return True if not backlog_size and index_lag <= 0 and not due else None


@contextmanager
def _no_scorer(session: DemoSession, database: Database) -> Iterator[None]:
    """Hide the weights and kill the worker: it cannot restart until they are back."""
    weights = next((session.options.folder / "model").iterdir())
    with _hide_path(weights):
        _kill(database, "analyse")
        yield


@contextmanager
def _no_source(session: DemoSession, database: Database) -> Iterator[None]:
    """Let one working site answer 503."""
    with database.read() as tx:
        working = [s.slug for s in sources.active(tx) if s.first_ok and s.kind == "forum"]
        working = working or [s.slug for s in sources.active(tx) if s.first_ok]
    write_control(session.options.folder, working[:1])
    yield
    write_control(session.options.folder, [])


@contextmanager
def _no_index(session: DemoSession, database: Database) -> Iterator[None]:
    """Hide the folder of the embedded index, or cut the connection to Elasticsearch."""
    if session.proxy is not None:
        session.proxy.cut()
        yield
        session.proxy.resume()
        return
    folder = session.options.folder / "state" / "index"
    with _hide_path(folder):
        folder.touch()
        _kill(database, "index")
        yield
        folder.unlink()


@contextmanager
def _no_smtp(session: DemoSession, database: Database) -> Iterator[None]:
    """Stop the mail server."""
    del database
    session.smtp_sink.close()
    yield
    session.smtp_sink.open()


@contextmanager
def _hide_path(path: Path) -> Iterator[None]:
    hidden_path = path.with_name(path.name + ".away")
    path.rename(hidden_path)
    try:
        yield
    finally:
        hidden_path.rename(path)


def _kill(database: Database, name: str) -> None:
    with database.read() as tx:
        pids = [p.pid for p in processes.all_processes(tx) if p.role == name]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


FAULTS: Final = {
    "scorer": _no_scorer,
    "source": _no_source,
    "index": _no_index,
    "smtp": _no_smtp,
}
