"""Questions of pages: bounded, started once, answered, expired."""

from datetime import timedelta

import pytest

from core.analysis import Explanation, WordEffect
from core.identity import text_sha256
from store.analysis import explanations
from store.analysis.explanations import ANSWER_TIME, LIFETIME, MAX_OPEN, ExplanationRequest
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

TEXT = "The brake is loud."
HASH = text_sha256(TEXT)
REQUEST = ExplanationRequest(mention=key("0"), watch=None)
SECOND = timedelta(seconds=1)


@pytest.fixture
def stored(record):
    """Return a database, SQLite or PostgreSQL, with more mentions than may be asked about."""
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, *(crawled_post(str(n), TEXT) for n in range(MAX_OPEN + 1)))
    return record


def ask(record, request=REQUEST, at=NOON, sha256=HASH):
    with record.write() as tx:
        return explanations.add(tx, request, sha256, now=at)


def claim(record, at=NOON):
    with record.write() as tx:
        return explanations.claim(tx, now=at)


def state(record, request=REQUEST, at=NOON, sha256=HASH):
    with record.read() as tx:
        current = explanations.current(tx, request, sha256, now=at)
    return current and current.state


def explanation(watch=None, sha256=HASH):
    return Explanation(
        watch=watch,
        model="m",
        text_sha256=sha256,
        polarity=-0.5,
        words=(WordEffect(start=4, end=9, change=-0.25),),
        joint_change=-0.25,
        rule="rating",
    )


def test_question_waits_until_it_is_answered(stored):
    assert state(stored) is None
    assert ask(stored)
    assert state(stored) == "waiting"
    assert claim(stored) == REQUEST
    with stored.write() as tx:
        explanations.answer(tx, REQUEST, explanation(), now=NOON)
        current = explanations.current(tx, REQUEST, HASH, now=NOON)
    assert current.state == "ready"
    assert current.explanation == explanation()


def test_question_is_started_once(stored):
    ask(stored)
    assert claim(stored) == REQUEST
    assert claim(stored) is None
    assert state(stored) == "waiting"
    assert state(stored, at=NOON + ANSWER_TIME) == "failed"


def test_oldest_question_is_started_first(stored):
    towards = ExplanationRequest(mention=key("0"), watch="acme")
    ask(stored, towards, NOON + SECOND)
    ask(stored, REQUEST, NOON)
    assert [claim(stored, NOON + SECOND) for _ in range(3)] == [REQUEST, towards, None]


def test_nobody_starts_a_question_that_is_too_old(stored):
    ask(stored)
    with stored.read() as tx:
        assert explanations.is_any_open(tx, now=NOON)
        assert not explanations.is_any_open(tx, now=NOON + ANSWER_TIME)
    assert claim(stored, NOON + ANSWER_TIME) is None


def test_further_questions_are_refused_while_too_many_wait(stored):
    requests = [ExplanationRequest(mention=key(str(n)), watch=None) for n in range(MAX_OPEN + 1)]
    assert [ask(stored, request) for request in requests] == [True] * MAX_OPEN + [False]
    claim(stored)
    assert ask(stored, requests[-1])


def test_failure_can_be_asked_again(stored):
    ask(stored)
    claim(stored)
    with stored.write() as tx:
        explanations.fail(tx, REQUEST, "PermanentError", now=NOON)
    assert state(stored) == "failed"
    ask(stored)
    assert state(stored) == "waiting"
    assert claim(stored) == REQUEST


def test_answer_on_an_edited_text_is_dropped(stored):
    ask(stored)
    claim(stored)
    ask(stored, sha256="e" * 64)
    with stored.write() as tx:
        explanations.answer(tx, REQUEST, explanation(), now=NOON)
    assert state(stored, sha256="e" * 64) == "waiting"
    assert state(stored) is None


def test_rows_are_deleted_after_their_lifetime(stored):
    ask(stored)
    assert state(stored, at=NOON + LIFETIME) is None
    other = ExplanationRequest(mention=key("1"), watch=None)
    ask(stored, other, NOON + LIFETIME)
    with stored.read() as tx:
        from sqlalchemy import select

        from store.tables import explanations as table

        assert tx.execute(select(table.c.mention)).scalars().all() == [other.mention]
