"""Sync of harken.yaml: every start gives the same rows; removed ones become inactive."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.settings import Settings
from harken.settings_sync import sync_settings, topic_values, watch_values
from store import tables, watches
from store.alerts import people
from store.crawl import sources
from tests.store.factories import NOON

FILE = {
    "zone": "Europe/Berlin",
    "watches": [
        {"slug": "acme", "name": "Acme", "query": "acme", "topics": ["price"]},
        {"slug": "rival", "name": "Rival", "query": "rival", "zone": "Asia/Tokyo",
         "retention": "30d", "kind": "competitor"},
    ],
    "topics": [
        {"id": "price", "name": "Price", "sentences": ["It is dear."]},
        {"id": "safety", "name": "Safety", "sentences": ["It is safe."], "examples": ["ouch"]},
    ],
    "sources": [
        {"slug": "blog", "kind": "feed", "every": "5m", "options": {"url": "https://b.example"}},
        {"slug": "forum", "kind": "forum", "options": {"url": "https://f.example"}},
    ],
    "people": [{"slug": "lead", "name": "Lead", "email": "lead@acme.example"}],
    "subscriptions": [
        {"slug": "briefs", "person": "lead", "kind": "brief", "watches": ["acme"]},
        {"slug": "morning", "person": "lead", "kind": "digest", "at": "06:15", "zone": "UTC"},
    ],
}  # fmt: skip
LATER = NOON + timedelta(days=1)


def settings(**changes):
    return Settings.model_validate(FILE | changes)


@pytest.fixture
def record(sqlite_record):
    sync_settings(sqlite_record, settings(), now=NOON)
    return sqlite_record


def rows(record):
    with record.read() as tx:
        return {t.name: tx.execute(select(t)).all() for t in tables.metadata.sorted_tables}


def test_rows_equal_the_file(record):
    with record.read() as tx:
        assert watches.active_watches(tx) == watch_values(settings())
        assert watches.active_topics(tx) == topic_values(settings())
        assert [(s.slug, s.kind, s.interval_s, s.due) for s in sources.active(tx)] == [
            ("blog", "feed", 300, NOON),
            ("forum", "forum", 900, NOON),
        ]
        (brief,) = people.active_subscriptions(tx, "brief")
        (digest,) = people.active_subscriptions(tx, "digest")
    assert (brief.person, brief.watches, brief.zone) == ("lead", ("acme",), "Europe/Berlin")
    assert (digest.at, digest.zone, digest.watches) == ("06:15", "UTC", ())


def test_watch_has_its_own_zone_or_the_general_one():
    acme, rival = watch_values(settings())
    assert (acme.zone, rival.zone) == ("Europe/Berlin", "Asia/Tokyo")
    assert (acme.retention_days, rival.retention_days) == (365, 30)
    assert acme.revision != rival.revision


def test_second_sync_changes_nothing(record):
    before = rows(record)
    sync_settings(record, settings(), now=LATER)
    assert rows(record) == before


def test_removed_entries_are_inactive_until_they_return(record):
    with record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
    before = rows(record)
    sync_settings(record, Settings(), now=LATER)
    with record.read() as tx:
        assert watches.active_watches(tx) == watches.active_topics(tx) == []
        assert sources.active(tx) == []
        assert people.active_subscriptions(tx, "brief") == []
    sync_settings(record, settings(), now=LATER)
    assert rows(record) == before


def test_sync_keeps_the_state_of_a_source_and_updates_its_settings(record):
    with record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        sources.schedule(tx, "blog", due=LATER)
    blog = FILE["sources"][0] | {"every": "1h"}
    sync_settings(record, settings(sources=[blog]), now=LATER)
    with record.read() as tx:
        (row,) = sources.active(tx)
    assert (row.state, row.due, row.interval_s) == ("ok", LATER, 3600)


def test_operator_always_exists_and_can_have_a_name(record):
    def names():
        with record.read() as tx:
            return {row.slug: row.name for row in tx.execute(select(tables.people))}

    assert names() == {"lead": "Lead", "operator": "Operator"}
    operator = [{"slug": "operator", "name": "Ada"}]
    sync_settings(record, settings(people=[*FILE["people"], *operator]), now=LATER)
    assert names()["operator"] == "Ada"
