"""Fixtures of all tests: a restored log, a fixed time, an open database, loopback only."""

import ipaddress
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest
import structlog
from sqlalchemy import create_engine, text

from store.database import Database
from store.tables import metadata

# Cores are shared, so no deadline. Each run has other examples, so fifty are enough for one.
hypothesis.settings.register_profile("house", deadline=None, max_examples=50)
hypothesis.settings.load_profile("house")

# ---- the log


@pytest.fixture(autouse=True)
def _restored_log() -> Iterator[None]:
    """Restore the log configuration of this process after a test that ran a command."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


# ---- the clock


@pytest.fixture
def now() -> datetime:
    """Return a Monday noon, UTC."""
    return datetime(2026, 3, 2, 12, tzinfo=UTC)


# ---- the database, on SQLite and PostgreSQL


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def record_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a new database with the newest schema, on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def record(record_url: str) -> Iterator[Database]:
    """Yield an open, empty database, on SQLite and on PostgreSQL."""
    yield from _open_database(record_url)


@pytest.fixture
def sqlite_record(sqlite_url: str) -> Iterator[Database]:
    """Yield an open, empty database on SQLite only, for tests of other things."""
    yield from _open_database(sqlite_url)


@pytest.fixture
def postgresql_record(postgresql_url: str) -> Iterator[Database]:
    """Yield an open, empty database on PostgreSQL only."""
    yield from _open_database(postgresql_url)


def _open_database(url: str) -> Iterator[Database]:
    record = Database(url)
    yield record
    record.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a new SQLite file with the newest schema."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'record.db')}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated file to copy: migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    """Return the URL of an empty PostgreSQL database with the newest schema."""
    others = "select pg_terminate_backend(pid) from pg_stat_activity where pid in (%s)"
    mine = "select pid from pg_stat_activity where datname = current_database()"
    _execute(
        postgresql_database,
        others % f"{mine} and pid <> pg_backend_pid()",  # connections left by a failed test
        *(f"delete from {table.name}" for table in reversed(metadata.sorted_tables)),
        "insert into counters (name, value) values ('change', 0)",
        "select setval(oid::regclass, 1, false) from pg_class where relkind = 'S'",
    )
    return postgresql_database


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> str:
    """Return the URL of a migrated database; emptying it takes a twentieth of copying one."""
    url = _sibling(postgresql_server, "harken")
    _execute(postgresql_server, "create database harken")
    _migrate(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    _execute(server, "create database empty")
    yield _sibling(server, "empty")
    _execute(server, "drop database empty with (force)")


def _sibling(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def _migrate(url: str) -> None:
    record = Database(url)
    record.setup()
    record.close()


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Yield the URL of a private PostgreSQL on loopback that ends with the tests."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not binaries:
        pytest.skip("no PostgreSQL binaries in /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="harken-postgresql-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = _free_port()
    _as_postgres(binaries[-1].with_name("initdb"), "-D", folder, "-U", "postgres", "-E", "UTF8",
                 "--locale=C.UTF-8", "--auth=trust", "--no-sync").wait(60)  # fmt: skip
    server = _as_postgres(binaries[-1], "-D", folder, "-k", folder, "-p", port, "-c", "fsync=off")
    yield _wait_for_server(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres", server)
    server.terminate()
    server.wait(30)
    shutil.rmtree(folder)


def _as_postgres(*command: object) -> subprocess.Popen[bytes]:
    """Start *command*, as user postgres instead of root; it ends with this process."""
    account = ("--reuid=postgres", "--regid=postgres", "--clear-groups")
    setpriv = ("setpriv", "--pdeathsig=INT", *(account if os.getuid() == 0 else ()))
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*setpriv, *map(str, command)], **silent)


def _wait_for_server(url: str, process: subprocess.Popen[bytes], *, tries: int = 300) -> str:
    for _ in range(tries):
        try:
            _execute(url, "select 1")
        except Exception:  # noqa: BLE001 - it is starting, or it ended
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return url
    pytest.fail("PostgreSQL does not answer", pytrace=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- no network except loopback


class OutsideError(RuntimeError):
    """A test tried to reach another machine."""


def _refuse_outside(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        host, is_outside = args[1][0], not _is_loopback(args[1][0])
    elif event == "socket.getaddrinfo":
        host, is_outside = args[0], not (_is_loopback(args[0]) or _is_address(args[0]))
    else:
        return
    if is_outside:
        raise OutsideError(f"{event} {host!r}: tests may only reach loopback")


def _is_loopback(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


sys.addaudithook(_refuse_outside)

# ---- no silent skip

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
_ALLOWED = Path(__file__).with_name("skips.txt").read_text().splitlines()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--skips-only PREFIX``: any skip whose reason begins otherwise fails."""
    parser.addoption("--skips-only", metavar="PREFIX", help="fail every other skip")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is skipped for a reason that this run does not allow."""
    return _without_silent_skip((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that is skipped for a reason that this run does not allow."""
    return _without_silent_skip((yield), collector.config)


def _without_silent_skip(report: Report, config: pytest.Config) -> Report:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if error := _error_of_skip(reason, config.getoption("--skips-only")):
            report.outcome = "failed"
            report.longrepr = error
    return report


def _error_of_skip(reason: str, prefix: str | None) -> str | None:
    if prefix is not None:
        is_allowed = reason.startswith(prefix)
        return None if is_allowed else f"Skipped: {reason!r} does not begin with {prefix!r}"
    if "CI" in os.environ and reason not in _ALLOWED:
        return f"Skipped in CI: {reason!r} is not in tests/skips.txt"
    return None
