"""Results of the other heads are stored with a verdict, also in an older database."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.mention import Intent, Sentiment
from store import mentions
from store.analysis.verdicts import insert_verdicts
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import (
    NOON,
    analysis_result,
    insert_plain_mention,
    key,
    verdict,
)

SHARES = st.dictionaries(
    st.sampled_from(["anger", "joy", "complaint", "offensive"]), st.floats(0, 1)
)
HEADS = st.dictionaries(st.sampled_from(["emotion", "intent", "offence"]), SHARES)
COLUMNS = "mention, watch, model, text_sha256, sentiment, probabilities, polarity, topics, at"


def store_and_read(record: Database, *verdicts) -> list:
    """Write *verdicts*; return the stored verdicts of mention a."""
    with record.write() as tx:
        insert_verdicts(tx, [analysis_result("a", verdicts=verdicts)], NOON)
    with record.read() as tx:
        return list(mentions.get(tx, [key("a")])[0].verdicts)


@pytest.fixture
def database_of_schema_0001(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0001."""
    record = Database(empty_url)
    upgrade(record.engine, "0001")
    yield record
    record.close()


def insert_mention(record: Database) -> Database:
    """Insert mention a; it is pending."""
    insert_plain_mention(record, "a")
    return record


def test_heads_round_trip_exactly(record):
    """A new result of the same model replaces the old one."""
    insert_mention(record)

    @given(HEADS)
    def any_heads(heads):
        assert store_and_read(record, verdict(heads=heads)) == [verdict(heads=heads)]

    any_heads()


def test_second_result_replaces_the_heads_of_the_first(record):
    insert_mention(record)
    store_and_read(record, verdict(heads={"intent": {"complaint": 0.9}}))
    (now,) = store_and_read(record, verdict(heads={"intent": {"praise": 0.7}}))
    assert now.intents == (Intent.PRAISE,)


def test_database_of_schema_0001_keeps_every_verdict(database_of_schema_0001):
    """The verdicts are unchanged, with empty heads."""
    before = [
        verdict(),
        verdict(watch="acme", sentiment=Sentiment.POSITIVE, topics=("größe", 'a"b')),
        verdict(model="other", sentiment=None, probabilities={}, polarity=None, topics=()),
    ]
    insert_plain_mention(database_of_schema_0001, "a")
    with database_of_schema_0001.write() as tx:
        insert = f"insert into verdicts ({COLUMNS}) values (:{COLUMNS.replace(', ', ', :')})"
        tx.execute(
            text(insert), [_row_of_schema_0001(one, number) for number, one in enumerate(before)]
        )
    database_of_schema_0001.setup()
    with database_of_schema_0001.read() as tx:
        (mention,) = mentions.get(tx, [key("a")])
    assert list(mention.verdicts) == before
    assert [v.heads for v in mention.verdicts] == [{}, {}, {}]


def test_upgraded_database_stores_heads(database_of_schema_0001):
    insert_plain_mention(database_of_schema_0001, "a")
    database_of_schema_0001.setup()
    new = verdict(heads={"offence": {"clean": 0.2, "offensive": 0.8}})
    assert store_and_read(database_of_schema_0001, new) == [new]


def _row_of_schema_0001(one, at: int) -> dict[str, object]:
    """Return a row of schema 0001."""
    return {
        "mention": key("a"),
        "watch": one.watch or "",
        "model": one.model,
        "text_sha256": one.text_sha256,
        "sentiment": one.sentiment and str(one.sentiment),
        "probabilities": json.dumps(one.probabilities),
        "polarity": one.polarity,
        "topics": json.dumps(one.topics),
        "at": at,
    }
