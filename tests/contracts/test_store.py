"""What a database must do to carry the record: held by SQLite and PostgreSQL alike."""

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


def test_the_migrations_make_exactly_the_tables_of_the_code(record):
    with record.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_schema_that_the_code_names():
    assert ScriptDirectory("store/migrations").get_heads() == [SCHEMA]


def test_setup_makes_an_empty_database_ready_and_is_harmless_after(empty_url):
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
def test_processes_that_set_up_at_once_do_not_meet(empty_url):
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    racers = [spawn.Process(target=_setup, args=(empty_url, start)) for _ in range(3)]
    for racer in racers:
        racer.start()
    start.set()
    for racer in racers:
        racer.join(120)
    assert [racer.exitcode for racer in racers] == [0, 0, 0]
    record = Database(empty_url)
    with record.read() as tx:
        assert tx.execute(select(tables.counters)).all() == [("change", 3)]
    record.close()


def test_a_newer_schema_is_refused_with_a_sentence(empty_url):
    record = Database(empty_url)
    record.setup()
    with record.write() as tx:
        tx.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"has schema 9999, this Harken supports \d{4}\. Install"):
        record.setup()
    record.close()


def test_a_write_is_seen_after_its_commit_and_not_before(record):
    with record.write() as tx:
        count_up(tx)
        assert not is_in(record, "tries")
    assert is_in(record, "tries")


def test_a_transaction_that_dies_leaves_nothing(record):
    killed_after(record, count_up)
    assert not is_in(record, "tries")


def test_a_reader_cannot_write(record):
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), record.read() as tx:
        count_up(tx)
    with record.write() as tx:  # the connection is as good as before
        count_up(tx)


def test_a_reader_sees_one_state_from_its_first_query_on(record):
    with record.read() as tx:
        query = select(func.count()).select_from(tables.counters)
        before = tx.execute(query).scalar()
        with record.write() as writer:
            count_up(writer)
        assert tx.execute(query).scalar() == before


def test_writers_in_many_threads_lose_no_count(record):
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


def test_a_mention_that_is_not_there_can_have_no_match(record):
    orphan = insert(tables.matches).values(mention="0" * 32, watch="acme", watch_revision="r")
    with pytest.raises(IntegrityError), record.write() as tx:
        tx.execute(orphan)


def test_an_error_of_the_database_never_quotes_a_text(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a", "my secret words"))
    twice = insert(tables.mentions).from_select(
        list(tables.mentions.c), select(tables.mentions).where(literal("my secret words") != "")
    )
    with pytest.raises(IntegrityError) as caught, record.write() as tx:
        tx.execute(twice)
    assert "secret" not in str(caught.value)


def test_json_that_other_databases_refuse_is_refused(record):
    nan = insert(tables.baselines)
    nan = nan.values(watch="acme", learnt_to=NOON, state={"level": float("nan")})
    with pytest.raises((StatementError, ValueError), match="not JSON"), record.write() as tx:
        tx.execute(nan)


def test_an_instant_without_a_zone_is_refused(record):
    naive = insert(tables.baselines)
    naive = naive.values(watch="acme", learnt_to=NOON.replace(tzinfo=None), state={})
    with pytest.raises(StatementError), record.write() as tx:
        tx.execute(naive)
