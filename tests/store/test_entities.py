"""Entities of the text of a mention: stored and deleted with it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from core.entity import Entity, EntityKind, Place
from store import mentions, watches
from store.analysis.verdicts import save_results
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    insert_plain_mention,
    key,
    store_page,
    verdict,
    watch,
)

BERLIN = Entity(kind=EntityKind.PLACE, value="DE/Berlin", said="Berlin")
TAG = Entity(kind=EntityKind.HASHTAG, value="größe", said="#Größe")
EXTRACTED = {"entities": (BERLIN, TAG), "phrases": ("loud brake", 'a "b"')}


def save(record, *results):
    """Save *results*."""
    with record.write() as tx:
        save_results(tx, results, now=NOON)


def stored_mention(record):
    """Return mention a."""
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


@pytest.fixture
def record_with_mention(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"))
    return record


def test_entities_of_a_mention_are_stored_with_its_place(record_with_mention):
    assert (
        stored_mention(record_with_mention).entities,
        stored_mention(record_with_mention).place,
    ) == ((), None)
    save(record_with_mention, analysis_result("a", **EXTRACTED))
    mention = stored_mention(record_with_mention)
    assert (mention.entities, mention.phrases) == (EXTRACTED["entities"], EXTRACTED["phrases"])
    assert mention.place == Place(country="DE", city="Berlin")


def test_edit_deletes_the_entities_of_the_former_text(record_with_mention):
    """No word that the author removed stays in the table."""
    save(record_with_mention, analysis_result("a", **EXTRACTED))
    store_page(record_with_mention, crawled_post("a", "The brake is quiet."))
    with record_with_mention.read() as tx:
        assert tx.execute(text("select count(*) from named")).scalar() == 0
    save(record_with_mention, analysis_result("a", "The brake is quiet.", entities=(TAG,)))
    assert stored_mention(record_with_mention).entities == (TAG,)


def test_result_for_a_former_text_stores_no_entities(record_with_mention):
    store_page(record_with_mention, crawled_post("a", "The brake is quiet."))
    save(record_with_mention, analysis_result("a", **EXTRACTED))
    assert (
        stored_mention(record_with_mention).entities,
        stored_mention(record_with_mention).phrases,
    ) == ((), ())


def test_products_and_people_of_a_watch_are_stored(record):
    acme = watch("acme", products=("X200", "X200 Pro"), people=("Jane Roe",))
    with record.write() as tx:
        watches.replace_from_file(tx, [acme], [])
    with record.read() as tx:
        assert watches.active_watches(tx) == [acme]


@pytest.fixture
def database_of_schema_0003(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0003."""
    record = Database(empty_url)
    upgrade(record.engine, "0003")
    yield record
    record.close()


def test_database_of_schema_0003_has_entities_after_the_next_analysis(database_of_schema_0003):
    insert_plain_mention(database_of_schema_0003, "a")
    database_of_schema_0003.setup()
    assert (
        stored_mention(database_of_schema_0003).entities,
        stored_mention(database_of_schema_0003).place,
    ) == ((), None)
    save(database_of_schema_0003, analysis_result("a", verdicts=(verdict(),), **EXTRACTED))
    assert stored_mention(database_of_schema_0003).entities == EXTRACTED["entities"]
