"""The share of a text behind a verdict is stored with it; it is 1 for older verdicts."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store import mentions
from store.analysis.verdicts import save_results
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import (
    NOON,
    analysis_result,
    insert_plain_mention,
    key,
    verdict,
)

INSERT = (
    "insert into verdicts (mention, watch, model, text_sha256, sentiment, probabilities, polarity,"
    " topics, heads, at) values (:mention, '', 'lexicon', :sha, 'negative', :shares, -0.6,"
    " :none, :nothing, 0)"
)


def stored_shares(record: Database, *verdicts) -> list[float]:
    """Write *verdicts*; return the read shares of mention a."""
    with record.write() as tx:
        save_results(tx, [analysis_result("a", verdicts=verdicts)], now=NOON)
    with record.read() as tx:
        return [v.read_share for v in mentions.get(tx, [key("a")])[0].verdicts]


@pytest.fixture
def database_of_schema_0002(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0002."""
    record = Database(empty_url)
    upgrade(record.engine, "0002")
    yield record
    record.close()


def test_each_verdict_has_its_own_read_share(record):
    insert_plain_mention(record, "a")
    towards = verdict(watch="acme", read_share=0.03)
    assert stored_shares(record, verdict(read_share=0.12), towards) == [0.12, 0.03]


def test_second_result_replaces_the_read_share_of_the_first(record):
    insert_plain_mention(record, "a")
    assert stored_shares(record, verdict(read_share=0.5), verdict(read_share=0.12)) == [0.12]


def test_verdict_of_schema_0002_has_a_read_share_of_1(database_of_schema_0002):
    insert_plain_mention(database_of_schema_0002, "a")
    with database_of_schema_0002.write() as tx:
        row = {"mention": key("a"), "sha": verdict().text_sha256, "none": "[]", "nothing": "{}"}
        tx.execute(text(INSERT), row | {"shares": json.dumps(verdict().probabilities)})
    database_of_schema_0002.setup()
    assert stored_shares(database_of_schema_0002, verdict(model="newer", read_share=0.5)) == [
        1.0,
        0.5,
    ]
