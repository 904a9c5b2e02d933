"""Entities of the text of a mention: stored and deleted with it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from core.entity import Entity, EntityKind, Place
from store import mentions, watches
from store.analysis.verdicts import save_results
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import NOON, begin, finding, hear, heard, key, verdict, watch

BERLIN = Entity(kind=EntityKind.PLACE, value="DE/Berlin", said="Berlin")
TAG = Entity(kind=EntityKind.HASHTAG, value="größe", said="#Größe")
TOLD = {"entities": (BERLIN, TAG), "phrases": ("loud brake", 'a "b"')}


def settle(record, *found):
    """Write *found*."""
    with record.write() as tx:
        save_results(tx, found, now=NOON)


def told(record):
    """Return mention a."""
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


@pytest.fixture
def listening(record):
    with record.write() as tx:
        begin(tx, "blog")
    hear(record, heard("a"))
    return record


def test_what_is_named_comes_back_and_says_where(listening):
    assert (told(listening).entities, told(listening).place) == ((), None)
    settle(listening, finding("a", **TOLD))
    mention = told(listening)
    assert (mention.entities, mention.phrases) == (TOLD["entities"], TOLD["phrases"])
    assert mention.place == Place(country="DE", city="Berlin")


def test_an_edit_takes_it_out_of_the_record_until_it_is_read_again(listening):
    """No word that its author took back stays in the table."""
    settle(listening, finding("a", **TOLD))
    hear(listening, heard("a", "The brake is quiet."))
    with listening.read() as tx:
        assert tx.execute(text("select count(*) from named")).scalar() == 0
    settle(listening, finding("a", "The brake is quiet.", entities=(TAG,)))
    assert told(listening).entities == (TAG,)


def test_a_finding_on_an_older_text_names_nothing(listening):
    hear(listening, heard("a", "The brake is quiet."))
    settle(listening, finding("a", **TOLD))
    assert (told(listening).entities, told(listening).phrases) == ((), ())


def test_a_watch_keeps_its_products_and_people(record):
    listed = watch("acme", products=("X200", "X200 Pro"), people=("Jane Roe",))
    with record.write() as tx:
        watches.replace_from_file(tx, [listed], [])
    with record.read() as tx:
        assert watches.active_watches(tx) == [listed]


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0003."""
    record = Database(empty_url)
    upgrade(record.engine, "0003")
    yield record
    record.close()


def test_a_record_of_schema_0003_names_nothing_until_it_is_read_again(old):
    with old.write() as tx:
        begin(tx, "blog")
    hear(old, heard("a"))
    old.setup()
    assert (told(old).entities, told(old).place) == ((), None)
    settle(old, finding("a", verdicts=(verdict(),), **TOLD))
    assert told(old).entities == TOLD["entities"]
