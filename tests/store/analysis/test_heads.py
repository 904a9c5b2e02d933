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
from tests.store.factories import NOON, begin, finding, hear, heard, key, verdict

SHARES = st.dictionaries(
    st.sampled_from(["anger", "joy", "complaint", "offensive"]), st.floats(0, 1)
)
HEADS = st.dictionaries(st.sampled_from(["emotion", "intent", "offence"]), SHARES)
COLUMNS = "mention, watch, model, text_sha256, sentiment, probabilities, polarity, topics, at"


def said(record: Database, *verdicts) -> list:
    """Write *verdicts*; return the verdicts of mention a as they are read back."""
    with record.write() as tx:
        insert_verdicts(tx, [finding("a", verdicts=verdicts)], NOON)
    with record.read() as tx:
        return list(mentions.get(tx, [key("a")])[0].verdicts)


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """Return a database of schema 0001."""
    record = Database(empty_url)
    upgrade(record.engine, "0001")
    yield record
    record.close()


def hear_a(record: Database) -> Database:
    """Insert mention a; it is pending."""
    with record.write() as tx:
        begin(tx, "blog")
    hear(record, heard("a"))
    return record


def test_heads_come_back_as_they_were_read(record):
    """Equal to the last bit, and a new result replaces the old one."""
    hear_a(record)

    @given(HEADS)
    def whatever_was_read(heads):
        assert said(record, verdict(heads=heads)) == [verdict(heads=heads)]

    whatever_was_read()


def test_a_second_reading_replaces_what_the_first_one_said(record):
    hear_a(record)
    said(record, verdict(heads={"intent": {"complaint": 0.9}}))
    (now,) = said(record, verdict(heads={"intent": {"praise": 0.7}}))
    assert now.intents == (Intent.PRAISE,)


def test_a_record_of_schema_0001_keeps_every_verdict(old):
    """The rows are unchanged, with empty heads."""
    before = [
        verdict(),
        verdict(watch="acme", sentiment=Sentiment.POSITIVE, topics=("größe", 'a"b')),
        verdict(model="other", sentiment=None, probabilities={}, polarity=None, topics=()),
    ]
    hear_a(old)
    with old.write() as tx:
        insert = f"insert into verdicts ({COLUMNS}) values (:{COLUMNS.replace(', ', ', :')})"
        tx.execute(text(insert), [_row(one, number) for number, one in enumerate(before)])
    old.setup()
    with old.read() as tx:
        (told,) = mentions.get(tx, [key("a")])
    assert list(told.verdicts) == before
    assert [v.heads for v in told.verdicts] == [{}, {}, {}]


def test_an_upgraded_record_is_written_like_a_new_one(old):
    hear_a(old)
    old.setup()
    new = verdict(heads={"offence": {"clean": 0.2, "offensive": 0.8}})
    assert said(old, new) == [new]


def _row(one, at: int) -> dict[str, object]:
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
