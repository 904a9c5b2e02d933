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


def listen(record: Database, *listed, topics=()) -> None:
    with record.write() as tx:
        watches.replace_from_file(tx, listed, topics)


def test_watches_are_read_as_the_file_wrote_them(record):
    rich = watch("zeta", "zeta OR z", topics=("price",), purpose="launch", zone="Asia/Tokyo")
    listen(record, rich, watch("acme"))
    with record.read() as tx:
        assert watches.active_watches(tx) == [watch("acme"), rich]


def test_a_watch_follows_the_file_and_one_no_longer_named_is_kept_inactive(record):
    listen(record, watch("acme"), watch("rival"))
    changed = watch("acme", "acme AND NOT cartoon")
    listen(record, changed)
    with record.read() as tx:
        assert watches.active_watches(tx) == [changed]
        assert len(tx.execute(select(tables.watches.c.slug)).all()) == 2
    listen(record)
    with record.read() as tx:
        assert watches.active_watches(tx) == []
    listen(record, watch("rival"))
    with record.read() as tx:
        assert watches.active_watches(tx) == [watch("rival")]


def test_what_the_console_made_survives_the_file(record):
    listen(record, watch("acme"))
    with record.write() as tx:
        tx.execute(tables.watches.update().values(origin="console"))
    listen(record, watch("rival"))
    with record.read() as tx:
        assert [w.slug for w in watches.active_watches(tx)] == ["acme", "rival"]


def test_a_query_names_its_wording():
    assert watches.query_revision("acme") == watches.query_revision("acme")
    assert watches.query_revision("acme") != watches.query_revision("acme ")


def test_topics_keep_the_order_of_the_file(record):
    listen(record, topics=(PRICE, BRAKES))
    with record.read() as tx:
        assert watches.active_topics(tx) == [PRICE, BRAKES]
    listen(record, topics=(BRAKES, replace(PRICE, name="Cost")))
    with record.read() as tx:
        assert watches.active_topics(tx) == [BRAKES, replace(PRICE, name="Cost")]
    listen(record, topics=(PRICE,))
    with record.read() as tx:
        assert watches.active_topics(tx) == [PRICE]


def test_there_is_always_an_operator(record):
    with record.write() as tx:
        people.replace_from_file(tx, [], [])
        people.replace_from_file(tx, [LEAD], [])
        slugs = tx.execute(select(tables.people.c.slug)).scalars().all()
        assert sorted(slugs) == ["lead", OPERATOR]
        assert people.addresses(tx) == {"lead": "lead@acme.example"}


def test_the_file_may_give_the_operator_an_address(record):
    with record.write() as tx:
        own = Person(slug=OPERATOR, name="Me", email="me@acme.example")
        people.replace_from_file(tx, [own], [])
        assert people.addresses(tx) == {OPERATOR: "me@acme.example"}


def test_subscriptions_follow_the_file(record):
    brief = replace(DAILY, slug="page", kind="brief", watches=("acme", "rival"))
    with record.write() as tx:
        people.replace_from_file(tx, [LEAD], [DAILY, brief])
        assert people.active_subscriptions(tx, "digest") == [DAILY]
        assert people.active_subscriptions(tx, "brief") == [brief]
        people.replace_from_file(tx, [LEAD], [replace(DAILY, at="08:00")])
        assert people.active_subscriptions(tx, "digest") == [replace(DAILY, at="08:00")]
        assert people.active_subscriptions(tx, "brief") == []
        assert len(tx.execute(select(tables.subscriptions.c.slug)).all()) == 2


def test_the_audit_trail_tells_who_did_what(record, now):
    with record.write() as tx:
        people.append_audit(
            tx, OPERATOR, "acknowledge", "incident 3", facts={"state": "open"}, now=now
        )
        row = tx.execute(select(tables.audit)).one()
    assert tuple(row)[1:] == (now, OPERATOR, "acknowledge", "incident 3", {"state": "open"})
