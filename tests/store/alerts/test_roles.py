"""Roles in the queries of detection, charts and emails."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.mention import Sentiment
from core.role import Role, RoleOrigin
from store import mentions
from store.alerts import observations, roles
from store.analysis import rescoring
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
)

HOUR = timedelta(hours=1)
SPAN = {"since": NOON - 24 * HOUR, "until": NOON}
NEWS = {"role": {"customer": 0.1, "news": 0.9}}
ROLES = {
    "person": Role.CUSTOMER,
    "unknown": Role.CUSTOMER,
    "paper": Role.NEWS,
    "bot": Role.AUTOMATED,
    "care": Role.BRAND,
}


@pytest.fixture
def stored(record):
    """Return a database with a negative post of each role at 11:00; all are about brakes."""
    with record.write() as tx:
        add_sources(tx, "blog")
    heads = {"person": {"role": {"customer": 0.6, "news": 0.4}}, "unknown": {}}
    posts = {
        name: crawled_post(
            name,
            published=NOON - HOUR,
            voice=name[0] * 32,
            author_role=Role.AUTOMATED if name == "bot" else None,
            matches={"acme": "r1", "rival": "r1"},
            brand_of=frozenset({"acme"} if name == "care" else ()),
        )
        for name in ROLES
    }
    store_page(record, *posts.values())
    results = [
        analysis_result(n, verdicts=(verdict(heads=heads.get(n, NEWS), topics=("brakes",)),))
        for n in ROLES
    ]
    with record.write() as tx:
        save_results(tx, results, now=NOON)
    return record


def observed_roles(record, watch="acme", **filters):
    with record.read() as tx:
        rows = observations.observations(tx, watch, **SPAN, **filters)
    return {row.id: row.role for row in rows}


def test_observation_has_the_role_for_its_watch(stored):
    assert observed_roles(stored) == {key(name): role for name, role in ROLES.items()}
    assert observed_roles(stored, "rival")[key("care")] is Role.NEWS
    assert set(observed_roles(stored, role=Role.NEWS)) == {key("paper")}


def test_only_customers_give_reasons_and_hours(stored):
    with stored.read() as tx:
        texts = observations.negative_texts(tx, "acme", **SPAN, limit=9)
        news = observations.news_texts(tx, "acme", **SPAN, limit=9)
        hours = observations.hourly_counts(tx, "acme", topic=None, **SPAN)
        topic_hours = observations.hourly_counts(tx, "acme", topic="brakes", **SPAN)
    assert {t.id for t in texts} == {key("person"), key("unknown")}
    assert [t.id for t in news] == [key("paper")]
    assert hours == topic_hours == {NOON - HOUR: 2}


def test_counts_by_role(stored):
    with stored.read() as tx:
        assert roles.counts_by_role(tx, "acme", topic="brakes", **SPAN) == {
            Role.CUSTOMER: 2,
            Role.NEWS: 1,
            Role.AUTOMATED: 1,
            Role.BRAND: 1,
        }
        assert roles.counts_by_role(tx, "acme", topic="price", **SPAN) == {}


def test_start_of_roles_is_the_oldest_prediction_of_a_role(stored):
    store_page(stored, crawled_post("older", published=NOON - 5 * HOUR))
    with stored.write() as tx:
        save_results(tx, [analysis_result("older")], now=NOON)
        assert roles.roles_start(tx, "acme", **SPAN) == NOON - HOUR
        assert roles.roles_start(tx, "acme", since=SPAN["since"], until=NOON - HOUR) is None


def test_while_a_rescoring_runs_each_role_is_the_one_of_the_model_before(stored):
    with stored.write() as tx:
        rescoring.start(tx, "newer")
        (pending,) = [
            p
            for p in rescoring.lease(tx, "w", "newer", now=NOON, lease_time=HOUR)
            if p.id == key("person")
        ]
        newer = verdict(model="newer", heads=NEWS, sentiment=Sentiment.NEUTRAL)
        result = analysis_result("person", model="newer", verdicts=(newer,))
        save_results(tx, [result], now=NOON)
    assert pending.id == key("person")
    assert observed_roles(stored)[key("person")] is Role.CUSTOMER


def test_mention_of_schema_0006_is_by_a_customer(empty_url):
    record = Database(empty_url)
    upgrade(record.engine, "0006")
    insert_plain_mention(record, "a")
    with record.write() as tx:
        row = {"mention": key("a"), "sha": verdict().text_sha256}
        match = (
            "insert into matches (mention, watch, watch_revision) values (:mention, 'acme', 'r1')"
        )
        tx.execute(text(match), row)
        old_verdict = (
            "insert into verdicts (mention, watch, model, text_sha256, sentiment, probabilities,"
            " polarity, topics, heads, at) values (:mention, '', 'lexicon', :sha, 'negative', '{}',"
            " -0.6, '[]', '{}', 0)"
        )
        tx.execute(text(old_verdict), row)
        tx.execute(text("update mentions set analysis = 'scored', model = 'lexicon'"))
    record.setup()
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key("a")])
        (observation,) = observations.observations(tx, "acme", since=NOON - HOUR, until=NOON + HOUR)
    assert (mention.role, mention.role_origin) == (Role.CUSTOMER, RoleOrigin.DEFAULT)
    assert (observation.role, observation.negative) == (Role.CUSTOMER, True)
    record.close()
