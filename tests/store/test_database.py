"""Opening a database: each error is one sentence without a secret."""

import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.errors import ConfigError, TransientError
from store.analysis import rescoring
from store.crawl import host_pauses
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import add_sources, crawled_post, store_page


@pytest.mark.parametrize(
    "url", ["", "harken.db", "postgresql//me:hunter2@host/x", "postgresql://me:hunter2@host:x/y"]
)
def test_invalid_url_is_rejected_without_quoting_it(url):
    with pytest.raises(ConfigError, match="not a database URL; use sqlite:///") as error:
        Database(url)
    assert "hunter2" not in str(error.value)
    assert error.value.__cause__ is None


def test_error_about_an_unsupported_database_names_the_supported_ones():
    with pytest.raises(ConfigError, match="'mysql' is not supported; use sqlite or postgresql"):
        Database("mysql://me@host/x")


def test_error_about_a_missing_driver_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"pip install harken\[postgresql\]"):
        Database("postgresql://me@host/x")


def test_folder_of_a_sqlite_file_is_created(tmp_path):
    record = Database(f"sqlite:///{tmp_path}/new/deep/record.db")
    record.setup()
    record.close()
    assert (tmp_path / "new/deep/record.db").exists()


def test_error_names_a_folder_that_cannot_be_created(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot create folder .*/file/x: "):
        Database(f"sqlite:///{tmp_path}/file/x/record.db")


def test_other_file_is_rejected_and_left_unchanged(tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 400)
    with pytest.raises(ConfigError, match="cannot be opened: file is not a database"):
        Database(f"sqlite:///{path}").setup()
    assert path.read_bytes() == b"\xff\xd8\xff" * 400


def test_unreachable_database_is_reported_without_its_password():
    with pytest.raises(ConfigError, match="The database cannot be opened: ") as error:
        Database("postgresql://me:hunter2@127.0.0.1:1/x").setup()
    assert "hunter2" not in str(error.value)


def test_locked_database_is_a_transient_error(sqlite_record, sqlite_url):
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("begin immediate")
    with sqlite_record.engine.connect() as connection:  # the pool returns it again
        connection.execute(text("pragma busy_timeout=1"))
    with pytest.raises(TransientError, match="does not respond: database is locked"):
        write_source(sqlite_record)
    other.execute("rollback")
    other.close()
    write_source(sqlite_record)


def write_source(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def test_path_may_contain_a_percent_sign(tmp_path):
    record = Database(f"sqlite:///{tmp_path}/100%/record.db")
    record.setup()
    record.close()


def test_deleted_text_is_overwritten_in_the_file(sqlite_record, sqlite_url):
    """By default SQLite keeps the bytes of deleted rows."""
    write_source(sqlite_record)
    store_page(sqlite_record, crawled_post("a", "Xylophone " * 50))
    store_page(sqlite_record, crawled_post("a", "Nothing."))
    with sqlite_record.engine.connect() as connection:
        connection.execute(text("rollback"))
        connection.execute(text("pragma wal_checkpoint(truncate)"))
    sqlite_record.close()
    assert b"Xylophone" not in Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()


def test_rescoring_and_pause_of_an_older_database_continue(empty_url, now):
    """Revision 0005 moves both to tables of their own."""
    database = Database(empty_url)
    upgrade(database.engine, "0004")
    with database.write() as tx:
        tx.execute(
            text("insert into counters (name, value) values ('again m 1', 5), ('retold', 2)")
        )
        hour = int((now + timedelta(hours=1)).timestamp() * 1e6)
        tx.execute(
            text(
                "insert into leases (name, item, owner, until, attempts) values "
                f"('host', 'blog.example:443', 'x', {hour}, 0), ('analyse', 'm', 'w', {hour}, 1)"
            )
        )
    database.setup()
    with database.read() as tx:
        assert rescoring.active_model(tx) == "m 1"
        assert tx.execute(text("select position from replays")).scalar() == 5
        assert tx.execute(text("select name from counters where name <> 'change'")).all() == [
            ("retold",)
        ]
        pauses = host_pauses.paused_hosts(tx, now=now)
        assert pauses == {"blog.example:443": now + timedelta(hours=1)}
        assert tx.execute(text("select name, item from leases")).all() == [("analyse", "m")]
    database.close()
