"""The share of a text behind a verdict is stored with it; it is 1 for older verdicts."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store import mentions
from store.analysis.verdicts import save_results
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import NOON, begin, finding, hear, heard, key, verdict

INSERT = (
    "insert into verdicts (mention, watch, model, text_sha256, sentiment, probabilities, polarity,"
    " topics, heads, at) values (:mention, '', 'lexicon', :sha, 'negative', :shares, -0.6,"
    " :none, :nothing, 0)"
)


def hear_a(record: Database) -> None:
    """Insert mention a; it is pending."""
    with record.write() as tx:
        begin(tx, "blog")
    hear(record, heard("a"))


def shares(record: Database, *verdicts) -> list[float]:
    """Write *verdicts*; return the read shares of mention a."""
    with record.write() as tx:
        save_results(tx, [finding("a", verdicts=verdicts)], now=NOON)
    with record.read() as tx:
        return [v.read_share for v in mentions.get(tx, [key("a")])[0].verdicts]


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0002."""
    record = Database(empty_url)
    upgrade(record.engine, "0002")
    yield record
    record.close()


def test_each_verdict_has_its_own_share(record):
    hear_a(record)
    towards = verdict(watch="acme", read_share=0.03)
    assert shares(record, verdict(read_share=0.12), towards) == [0.12, 0.03]


def test_a_second_reading_replaces_the_share_of_the_first_one(record):
    hear_a(record)
    assert shares(record, verdict(read_share=0.5), verdict(read_share=0.12)) == [0.12]


def test_of_a_verdict_from_before_everything_was_read(old):
    hear_a(old)
    with old.write() as tx:
        row = {"mention": key("a"), "sha": verdict().text_sha256, "none": "[]", "nothing": "{}"}
        tx.execute(text(INSERT), row | {"shares": json.dumps(verdict().probabilities)})
    old.setup()
    assert shares(old, verdict(model="newer", read_share=0.5)) == [1.0, 0.5]
