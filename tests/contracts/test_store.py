"""Contract of the database, on SQLite and PostgreSQL."""

import multiprocessing
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from core.errors import ConfigError
from store import tables
from store.database import SCHEMA, Database
from tests.store.factories import NOON, add_sources, crawled_post, killed_after, store_page


def is_in(record: Database, name: str) -> bool:
    with record.read() as tx:
        query = select(tables.counters.c.value).where(tables.counters.c.name == name)
        return tx.execute(query).first() is not None


def count_up(tx, name: str = "tries") -> None:
    tx.execute(insert(tables.counters).values(name=name, value=1))


def test_migrations_give_the_tables_of_the_code(record):
    with record.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_newest_migration_is_the_schema_of_the_code():
    assert ScriptDirectory("store/migrations").get_heads() == [SCHEMA]


def test_setup_is_idempotent(empty_url):
    record = Database(empty_url)
    assert record.version() is None
    record.setup()
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"))
    record.setup()
    assert record.version() == SCHEMA
    assert store_page(record, crawled_post("a")).known == 1
    record.close()


def _setup(url: str, start) -> None:
    start.wait()
    record = Database(url)
    record.setup()
    with record.write() as tx:
        tx.execute(update(tables.counters).values(value=tables.counters.c.value + 1))
    record.close()


@pytest.mark.slow
def test_concurrent_setups_succeed(empty_url):
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    processes = [spawn.Process(target=_setup, args=(empty_url, start)) for _ in range(3)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    record = Database(empty_url)
    with record.read() as tx:
        assert tx.execute(select(tables.counters)).all() == [("change", 3)]
    record.close()


def test_newer_schema_is_refused(empty_url):
    record = Database(empty_url)
    record.setup()
    with record.write() as tx:
        tx.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"has schema 9999, this Harken supports \d{4}\. Install"):
        record.setup()
    record.close()


def test_write_is_visible_after_its_commit_only(record):
    with record.write() as tx:
        count_up(tx)
        assert not is_in(record, "tries")
    assert is_in(record, "tries")


def test_failed_transaction_leaves_nothing(record):
    killed_after(record, count_up)
    assert not is_in(record, "tries")


def test_read_transaction_cannot_write(record):
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), record.read() as tx:
        count_up(tx)
    with record.write() as tx:  # the connection is as good as before
        count_up(tx)


def test_read_transaction_sees_one_state(record):
    with record.read() as tx:
        query = select(func.count()).select_from(tables.counters)
        before = tx.execute(query).scalar()
        with record.write() as writer:
            count_up(writer)
        assert tx.execute(query).scalar() == before


def test_concurrent_writers_lose_no_update(record):
    step = update(tables.counters).values(value=tables.counters.c.value + 1)

    def work() -> None:
        for _ in range(10):
            with record.write() as tx:
                tx.execute(step)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with record.read() as tx:
        assert tx.execute(select(tables.counters.c.value)).scalar() == 40


def test_match_needs_its_mention(record):
    statement = insert(tables.matches).values(mention="0" * 32, watch="acme", watch_revision="r")
    with pytest.raises(IntegrityError), record.write() as tx:
        tx.execute(statement)


def test_database_error_contains_no_text(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a", "my secret words"))
    statement = insert(tables.mentions).from_select(
        list(tables.mentions.c), select(tables.mentions).where(literal("my secret words") != "")
    )
    with pytest.raises(IntegrityError) as error, record.write() as tx:
        tx.execute(statement)
    assert "secret" not in str(error.value)


def test_nan_in_json_is_refused(record):
    statement = insert(tables.baselines)
    statement = statement.values(watch="acme", learnt_to=NOON, state={"level": float("nan")})
    with pytest.raises((StatementError, ValueError), match="not JSON"), record.write() as tx:
        tx.execute(statement)


def test_time_without_a_zone_is_refused(record):
    statement = insert(tables.baselines)
    statement = statement.values(watch="acme", learnt_to=NOON.replace(tzinfo=None), state={})
    with pytest.raises(StatementError), record.write() as tx:
        tx.execute(statement)
