"""Rescoring scores each mention once with another model, and loses no verdict."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from core.crawl import Listing
from core.mention import AnalysisState, Sentiment
from store import changes, counts, mentions
from store.analysis import queue, rederiving, rescoring
from store.analysis.history_version import history_version
from store.analysis.verdicts import save_results, with_null_verdicts
from store.crawl.deletions import apply_listing
from tests.store.factories import (
    HOLD,
    MODEL,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)

NEW = "newer"
DAY = timedelta(days=1)


@pytest.fixture
def record(record):
    """Insert five mentions scored by MODEL, "m0" the newest."""
    with record.write() as tx:
        add_sources(tx, "blog")
    names = [f"m{k}" for k in range(5)]
    store_page(record, *(crawled_post(n, published=NOON - k * DAY) for k, n in enumerate(names)))
    save(record, *(analysis_result(n) for n in names))
    return record


def save(record, *results, now=NOON):
    with record.write() as tx:
        return save_results(tx, results, now=now)


def start(record, model=NEW):
    with record.write() as tx:
        rescoring.start(tx, model)


def lease(record, owner="w", model=NEW, now=NOON):
    with record.write() as tx:
        return rescoring.lease(tx, owner, model, now=now, lease_time=HOLD)


def result_of(pending, **fields):
    """Return a result of NEW: positive."""
    positive = verdict(pending.text, model=NEW, sentiment=Sentiment.POSITIVE)
    return replace(
        analysis_result("", pending.text, model=NEW, verdicts=(positive,)), id=pending.id, **fields
    )


def rescore(record, pending, now=NOON, **fields):
    """Save results as the analyse step does."""
    with record.write() as tx:
        results = with_null_verdicts(tx, [result_of(p, **fields) for p in pending])
        return save_results(tx, results, now=now)


def rescore_all(record, **fields):
    """Rescore to the end; return the ids in the order of their leases."""
    order = []
    while pending := lease(record):
        order += [p.id for p in pending]
        rescore(record, pending, now=NOON + DAY, **fields)
    return order


def read_mention(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def sentiments_of(record, name):
    return {v.model: v.sentiment for v in read_mention(record, name).verdicts}


def state(record, model=NEW):
    with record.read() as tx:
        return rescoring.active_model(tx), rescoring.remaining(tx, model)


def version(record):
    with record.read() as tx:
        return history_version(tx)


@pytest.fixture
def batches_of_two(monkeypatch):
    monkeypatch.setattr(rescoring, "BATCH_SIZE", 2)


@pytest.mark.usefixtures("batches_of_two")
def test_all_are_rescored_newest_first(record):
    start(record)
    assert state(record) == (NEW, 5)
    assert rescore_all(record) == [key(f"m{k}") for k in range(5)]
    assert state(record) == (None, 0)
    with record.read() as tx:
        assert rescoring.by_model(tx) == {NEW: 5}


def test_both_verdicts_are_kept_with_the_new_one_last(record):
    start(record)
    rescore_all(record)
    assert sentiments_of(record, "m1") == {MODEL: Sentiment.NEGATIVE, NEW: Sentiment.POSITIVE}
    assert read_mention(record, "m1").verdict.model == NEW


def test_rescoring_adds_nothing_to_the_backlog(record):
    start(record)
    pending = lease(record)
    with record.read() as tx:
        assert queue.backlog(tx) == (0, None)
        assert counts.by_analysis_state(tx)["scored"] == 5
    assert read_mention(record, "m0").verdict.model == MODEL
    assert len(pending) == 5


def test_nothing_is_leased_for_a_model_that_is_not_rescoring(record):
    assert lease(record) == []
    start(record)
    assert lease(record, model="a third") == []


def test_mentions_scored_by_the_model_are_not_rescored(record):
    start(record)
    rescore_all(record)
    assert state(record) == (None, 0)
    start(record)
    assert rescore_all(record) == []


@pytest.mark.usefixtures("batches_of_two")
def test_restarted_rescoring_continues(record):
    start(record)
    first = lease(record)
    rescore(record, first)
    start(record)
    assert rescore_all(record) == [key(f"m{k}") for k in range(2, 5)]


def test_each_rescored_mention_is_a_change(record):
    with record.read() as tx:
        since = changes.last_number(tx)
    start(record)
    rescore_all(record)
    with record.read() as tx:
        assert {i for _, i in changes.read_after(tx, since, 99)} == {key(f"m{k}") for k in range(5)}


@pytest.mark.usefixtures("batches_of_two")
def test_leases_of_a_killed_worker_are_rescored_after_their_end(record):
    start(record)
    first = lease(record, "killed")
    assert [p.id for p in first] == [key("m0"), key("m1")]
    assert rescore_all(record) == [key(f"m{k}") for k in range(2, 5)]
    assert state(record) == (NEW, 2), "rescoring has not ended while a worker may hold a lease"
    later = lease(record, now=NOON + HOLD)
    assert [p.id for p in later] == [p.id for p in first]
    assert {p.attempts for p in later} == {1}
    assert rescore(record, later) == 2
    assert rescore(record, first) == 0, "a second result changes nothing"


@pytest.mark.usefixtures("batches_of_two")
def test_release_frees_the_leases_of_a_worker(record):
    start(record)
    lease(record, "w")
    with record.write() as tx:
        queue.release(tx, "w")
    assert [p.id for p in lease(record, "w")] == [key("m0"), key("m1")]


@pytest.mark.usefixtures("batches_of_two")
def test_suspects_are_rescored_last_and_alone(record):
    start(record)
    for _ in range(queue.ATTEMPTS_BEFORE_ISOLATION):
        lease(record)
        with record.write() as tx:
            queue.release(tx, "w")
    portions = []
    while pending := lease(record):
        portions.append([p.id for p in pending])
        rescore(record, pending)
    assert portions == [
        [key("m2"), key("m3")], [key("m4")], [key("m0")], [key("m1")]
    ]  # fmt: skip


@pytest.mark.usefixtures("batches_of_two")
def test_two_concurrent_workers_share_a_rescoring(record):
    start(record)
    leased_ids = []

    def work(owner):
        while pending := lease(record, owner):
            leased_ids.extend(p.id for p in pending)
            rescore(record, pending)

    workers = [threading.Thread(target=work, args=(name,)) for name in ("w1", "w2")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(leased_ids) == sorted(key(f"m{k}") for k in range(5))


@pytest.mark.usefixtures("batches_of_two")
def test_mentions_with_equal_times_are_all_rescored(record):
    store_page(record, *(crawled_post(f"same{k}") for k in range(5)))
    save(record, *(analysis_result(f"same{k}") for k in range(5)))
    start(record)
    order = rescore_all(record)
    assert len(order) == len(set(order)) == 10


def test_text_edited_meanwhile_is_left_to_the_analysis(record):
    start(record)
    leased = lease(record)
    store_page(record, crawled_post("m0", "Another text.", published=NOON))
    assert rescore(record, leased) == 4
    assert read_mention(record, "m0").analysis is AnalysisState.PENDING
    assert [p.id for p in lease(record)] == []
    with record.write() as tx:
        (pending,) = queue.lease(tx, "w", limit=9, now=NOON, lease_time=HOLD)
    assert pending.text == "Another text."


def test_deleted_mention_is_not_rescored(record):
    listing = Listing(since=NOON, until=NOON + DAY, uris=frozenset(), before=NOON + DAY)
    with record.write() as tx:
        apply_listing(tx, "blog", listing, now=NOON)
    start(record)
    assert key("m0") not in rescore_all(record)


def test_unscored_mention_is_rescored_and_keeps_a_null_verdict(record):
    store_page(record, crawled_post("de", published=NOON + HOLD))
    unscored = analysis_result(
        "de", analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=()
    )
    save(record, unscored)
    start(record)
    assert rescore_all(record)[0] == key("de")
    assert read_mention(record, "de").analysis is AnalysisState.SCORED
    assert sentiments_of(record, "de") == {MODEL: None, NEW: Sentiment.POSITIVE}
    assert read_mention(record, "de").verdict.model == NEW


@pytest.mark.parametrize("analysis_", [AnalysisState.UNSCORED, AnalysisState.QUARANTINED])
def test_mention_without_new_score_has_no_sentiment(record, analysis_):
    start(record)
    rescore_all(record, analysis=analysis_, reason="language:de", verdicts=())
    mention = read_mention(record, "m0")
    assert (mention.analysis, mention.verdict.model, mention.verdict.sentiment) == (
        analysis_,
        NEW,
        None,
    )
    assert sentiments_of(record, "m0") == {MODEL: Sentiment.NEGATIVE, NEW: None}


def test_no_null_verdict_where_neither_model_scores(record):
    store_page(record, crawled_post("de"))
    unscored = analysis_result(
        "de", analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=()
    )
    save(record, unscored)
    start(record)
    rescore_all(record, analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=())
    assert sentiments_of(record, "de") == {}


def test_rescoring_with_the_first_model_replaces_its_verdict(record):
    start(record)
    rescore_all(record)
    start(record, MODEL)
    pending = lease(record, model=MODEL)
    with record.write() as tx:
        results = with_null_verdicts(tx, [analysis_result("", p.text, id=p.id) for p in pending])
        save_results(tx, results, now=NOON + 2 * DAY)
    assert read_mention(record, "m3").verdict.model == MODEL
    assert len(read_mention(record, "m3").verdicts) == 2


@pytest.mark.usefixtures("batches_of_two")
def test_rescoring_is_replaced_by_another_model(record):
    start(record)
    lease(record)
    start(record, "a third")
    assert lease(record) == []
    assert state(record, "a third") == ("a third", 5)


def test_late_result_of_the_old_model_is_not_current(record):
    start(record)
    rescore_all(record)
    assert save(record, analysis_result("m0"), now=NOON + 9 * DAY) == 0
    assert read_mention(record, "m0").verdict.model == NEW


def test_enqueued_mention_is_rescored_by_the_same_model(record):
    with record.write() as tx:
        rescoring.enqueue(tx, [key("m3"), key("m3"), key("m1")])
        rescoring.start(tx, MODEL)
    assert state(record, MODEL) == (MODEL, 2)
    pending = lease(record, model=MODEL)
    assert [(p.id, p.attempts) for p in pending] == [(key("m1"), 0), (key("m3"), 0)]
    assert save(record, analysis_result("m1"), analysis_result("m3")) == 2
    assert lease(record, model=MODEL) == []
    assert state(record, MODEL) == (None, 0)


def test_history_version_increases_when_rescoring_ends(record):
    start(record)
    pending = lease(record)
    rescore(record, pending)
    assert version(record) == 0
    lease(record)
    assert version(record) == 1


def test_history_version_increases_with_each_batch_of_topics(record):
    with record.read() as tx:
        assignments = rederiving.topic_assignments(tx, "e" * 64, after="", limit=99)
    with record.write() as tx:
        rederiving.update_topics(tx, [replace(s, topics=("price",)) for s in assignments])
    assert version(record) == 1
