"""One database, SQLite by default or PostgreSQL by URL; all writes are short transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from core.errors import ConfigError, TransientError

SCHEMA: Final = "0001"  # the newest revision in store/migrations/versions
_PRAGMAS: Final = (
    "journal_mode=wal",
    "synchronous=full",  # an acknowledged mention survives a power cut
    "busy_timeout=30000",  # crawl children, analyse and index write side by side
    "foreign_keys=on",
    "secure_delete=on",  # off in most builds: erased text would stay in the file
)


class Record:
    """An open record. Cheap to share between threads; make one in each process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    def setup(self) -> None:
        """Bring the schema up to date; harmless when it is.

        Raises:
            ConfigError: the schema is newer than this code, or the database cannot be opened.
        """
        from store.migrations import upgrade

        version = self.version()
        if version is not None and version > SCHEMA:
            raise ConfigError(
                f"The record has schema {version}, this Harken knows {SCHEMA}. "
                "Install the newer Harken again, or restore a backup made before the upgrade."
            )
        if version != SCHEMA:
            upgrade(self.engine)

    def version(self) -> str | None:
        """The schema's revision; None for an empty database."""
        try:
            with self.engine.connect() as reader:
                if not inspect(reader).has_table("alembic_version"):
                    return None
                found = reader.execute(text("select version_num from alembic_version")).scalar()
        except OperationalError as error:
            raise ConfigError(f"The record cannot be opened: {error.orig}.") from error
        return None if found is None else str(found)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write; committed at the end, rolled back by any exception."""
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, for reading."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(write=write) as c, c.begin():
                yield c
        except OperationalError as error:
            raise TransientError(f"The record does not answer: {error.orig}.") from error

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def upsert(tx: Connection, table: Table) -> Any:
    """An ``INSERT`` of the connection's dialect, which knows ``on_conflict_do_*``."""
    return (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(table)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"record: {url!r} is no database URL such as sqlite:///x.db.") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        Path(parsed.database or ".").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"isolation_level": None})
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        return engine
    if backend != "postgresql":
        raise ConfigError(f"record: {backend!r} is not supported; use sqlite or postgresql.")
    try:
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ImportError, DBAPIError) as error:
        raise ConfigError("record: PostgreSQL needs `pip install harken[postgresql]`.") from error


def _set_pragmas(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns into a writer fails at once when another one writes.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("begin immediate" if write else "begin")
