"""One database, SQLite by default or PostgreSQL by URL; all writes are short transactions."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from core.errors import ConfigError, TransientError

SCHEMA: Final = "0017"  # the newest revision in store/migrations/versions
_PRAGMAS: Final = (
    "busy_timeout=30000",  # crawl children, analyse and index write side by side
    "journal_mode=wal",
    "synchronous=full",  # an acknowledged mention survives a power cut
    "foreign_keys=on",
    "secure_delete=on",  # off in most builds: erased text would stay in the file
)
_ENGINE_OPTIONS: Final[dict[str, Any]] = {
    "hide_parameters": True,  # parameters contain texts of mentions: not for logs
    # PostgreSQL rejects NaN in JSON, SQLite would store it: so both reject it.
    "json_serializer": partial(json.dumps, allow_nan=False),
}


class Database:
    """An open database. Cheap to share between threads; create one in each process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    def setup(self) -> None:
        """Upgrade the schema if it is not the newest.

        Raises:
            ConfigError: the schema is newer than this code, or the database cannot be opened.
        """
        version = self.version()
        if version is not None and version > SCHEMA:
            raise ConfigError(
                f"The database has schema {version}, this Harken supports {SCHEMA}. "
                "Install the newer Harken again, or restore a backup made before the upgrade."
            )
        if version != SCHEMA:
            # Imported here: Alembic takes longer to import than a crawl waits.
            from store.migrations import upgrade

            upgrade(self.engine)

    def version(self) -> str | None:
        """Return the revision of the schema; None for an empty database."""
        try:
            with self.engine.connect() as reader:
                if not inspect(reader).has_table("alembic_version"):
                    return None
                revision = reader.execute(text("select version_num from alembic_version")).scalar()
        except DBAPIError as error:
            raise ConfigError(f"The database cannot be opened: {error.orig}.") from error
        return None if revision is None else str(revision)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction for writing: committed at the end, rolled back by any exception.

        Raises:
            TransientError: the database is locked or out of reach; nothing was written.
        """
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a consistent view for reading; both databases reject a write inside it.

        Raises:
            TransientError: the database is locked or out of reach.
        """
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as c, _with_options(c, write=write).begin():
                yield c
        except OperationalError as error:
            if _is_statement_error(error):
                raise
            raise TransientError(f"The database does not respond: {error.orig}.") from error

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _is_statement_error(error: OperationalError) -> bool:
    """Return True if the statement is wrong, not the database: SQLite has one error for both."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF  # the primary code
    return code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY)


def upsert(tx: Connection, table: Table) -> Any:
    """Return an ``INSERT`` of the connection's dialect, with ``on_conflict_do_*``."""
    return dialect_insert(tx.dialect.name, table)


def dialect_insert(dialect: str, table: Table) -> Any:
    """Return the same for a dialect, for statements that are built once for all connections."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def _engine(url: str) -> Engine:
    try:
        parsed_url = make_url(url)
    except (ArgumentError, ValueError):  # the URL may contain a password: the message omits it
        raise ConfigError(
            "record: not a database URL; use sqlite:///harken.db "
            "or postgresql://user:password@host/name."
        ) from None
    backend = parsed_url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed_url)
    if backend == "postgresql":
        return _postgresql(parsed_url)
    raise ConfigError(f"record: {backend!r} is not supported; use sqlite or postgresql.")


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or ".").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"record: cannot create folder {folder}: {error.strerror}.") from error
    engine = create_engine(url, connect_args={"isolation_level": None}, **_ENGINE_OPTIONS)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL) -> Engine:
    try:
        url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True, **_ENGINE_OPTIONS)
    except ImportError as error:
        raise ConfigError("record: PostgreSQL needs `pip install harken[postgresql]`.") from error


def _with_options(connection: Connection, *, write: bool) -> Connection:
    if connection.dialect.name == "postgresql" and not write:
        # All queries must see the same state: by default each has its own.
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return connection.execution_options(write=write)


def _set_pragmas(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that begins to write fails at once while another one writes.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql(f"pragma query_only={not write}")
    connection.exec_driver_sql("begin immediate" if write else "begin")
