"""Watches, topics, people, subscriptions: those of the file are upserted, none is deleted."""

from dataclasses import replace

from sqlalchemy import select

from core.watch import Topic
from store import tables, watches
from store.alerts import people
from store.alerts.people import OPERATOR, Person, Subscription
from store.database import Database
from tests.store.factories import watch

BRAKES = Topic(id="brakes", name="Brakes", sentences=("The brakes fail.",), examples=("squeal",))
PRICE = Topic(id="price", name="Price", sentences=("It costs too much.",))
LEAD = Person(slug="lead", name="Comms Lead", email="lead@acme.example")
DAILY = Subscription(
    slug="daily", person="lead", kind="digest", channel="smtp", at="07:30", zone="UTC", watches=()
)


def load_file(record: Database, *file_watches, topics=()) -> None:
    with record.write() as tx:
        watches.replace_from_file(tx, file_watches, topics)


def test_watches_of_the_file_round_trip(record):
    rich = watch("zeta", "zeta OR z", topics=("price",), purpose="launch", zone="Asia/Tokyo")
    load_file(record, rich, watch("acme"))
    with record.read() as tx:
        assert watches.active_watches(tx) == [watch("acme"), rich]


def test_watch_is_updated_from_the_file_and_inactive_without_it(record):
    load_file(record, watch("acme"), watch("rival"))
    edited_watch = watch("acme", "acme AND NOT cartoon")
    load_file(record, edited_watch)
    with record.read() as tx:
        assert watches.active_watches(tx) == [edited_watch]
        assert len(tx.execute(select(tables.watches.c.slug)).all()) == 2
    load_file(record)
    with record.read() as tx:
        assert watches.active_watches(tx) == []
    load_file(record, watch("rival"))
    with record.read() as tx:
        assert watches.active_watches(tx) == [watch("rival")]


def test_watch_of_the_console_stays_active(record):
    load_file(record, watch("acme"))
    with record.write() as tx:
        tx.execute(tables.watches.update().values(origin="console"))
    load_file(record, watch("rival"))
    with record.read() as tx:
        assert [w.slug for w in watches.active_watches(tx)] == ["acme", "rival"]


def test_revision_of_a_query_depends_on_its_text():
    assert watches.query_revision("acme") == watches.query_revision("acme")
    assert watches.query_revision("acme") != watches.query_revision("acme ")


def test_topics_have_the_order_of_the_file(record):
    load_file(record, topics=(PRICE, BRAKES))
    with record.read() as tx:
        assert watches.active_topics(tx) == [PRICE, BRAKES]
    load_file(record, topics=(BRAKES, replace(PRICE, name="Cost")))
    with record.read() as tx:
        assert watches.active_topics(tx) == [BRAKES, replace(PRICE, name="Cost")]
    load_file(record, topics=(PRICE,))
    with record.read() as tx:
        assert watches.active_topics(tx) == [PRICE]


def test_operator_always_exists(record):
    with record.write() as tx:
        people.replace_from_file(tx, [], [])
        people.replace_from_file(tx, [LEAD], [])
        slugs = tx.execute(select(tables.people.c.slug)).scalars().all()
        assert sorted(slugs) == ["lead", OPERATOR]
        assert people.by_slug(tx)["lead"] == LEAD


def test_operator_has_the_address_of_the_file(record):
    with record.write() as tx:
        own = Person(slug=OPERATOR, name="Me", email="me@acme.example")
        people.replace_from_file(tx, [own], [])
        assert people.by_slug(tx) == {OPERATOR: own}


def test_subscriptions_are_updated_from_the_file(record):
    brief = replace(DAILY, slug="page", kind="brief", watches=("acme", "rival"))
    with record.write() as tx:
        people.replace_from_file(tx, [LEAD], [DAILY, brief])
        assert people.active_subscriptions(tx, "digest") == [DAILY]
        assert people.active_subscriptions(tx, "brief") == [brief]
        people.replace_from_file(tx, [LEAD], [replace(DAILY, at="08:00")])
        assert people.active_subscriptions(tx, "digest") == [replace(DAILY, at="08:00")]
        assert people.active_subscriptions(tx, "brief") == []
        assert len(tx.execute(select(tables.subscriptions.c.slug)).all()) == 2


def test_audit_row_has_person_action_and_object(record, now):
    with record.write() as tx:
        people.append_audit(
            tx, OPERATOR, "acknowledge", "incident 3", facts={"state": "open"}, now=now
        )
        row = tx.execute(select(tables.audit)).one()
    assert tuple(row)[1:] == (now, OPERATOR, "acknowledge", "incident 3", {"state": "open"})
