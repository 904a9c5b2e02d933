"""Rescoring scores each mention of another model once, and loses no verdict."""

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
from tests.store.factories import HOLD, MODEL, NOON, begin, finding, hear, heard, key, verdict

NEW = "newer"
DAY = timedelta(days=1)


@pytest.fixture
def record(record):
    """Insert five mentions scored by MODEL, "m0" the newest."""
    with record.write() as tx:
        begin(tx, "blog")
    names = [f"m{k}" for k in range(5)]
    hear(record, *(heard(n, published=NOON - k * DAY) for k, n in enumerate(names)))
    settle(record, *(finding(n) for n in names))
    return record


def settle(record, *found, now=NOON):
    with record.write() as tx:
        return save_results(tx, found, now=now)


def start(record, model=NEW):
    with record.write() as tx:
        rescoring.start(tx, model)


def lease(record, owner="w", model=NEW, now=NOON):
    with record.write() as tx:
        return rescoring.lease(tx, owner, model, now=now, lease_time=HOLD)


def found_of(pending, **said):
    """Return a result of NEW: positive."""
    word = verdict(pending.text, model=NEW, sentiment=Sentiment.POSITIVE)
    return replace(finding("", pending.text, model=NEW, verdicts=(word,)), id=pending.id, **said)


def read(record, held, now=NOON, **said):
    """Save results as the analyse step does."""
    with record.write() as tx:
        found = with_null_verdicts(tx, [found_of(p, **said) for p in held])
        return save_results(tx, found, now=now)


def work_off(record, **said):
    """Rescore to the end; return the ids in the order of their leases."""
    order = []
    while held := lease(record):
        order += [p.id for p in held]
        read(record, held, now=NOON + DAY, **said)
    return order


def one(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def said_of(record, name):
    return {v.model: v.sentiment for v in one(record, name).verdicts}


def state(record, model=NEW):
    with record.read() as tx:
        return rescoring.active_model(tx), rescoring.remaining(tx, model)


def told_times(record):
    with record.read() as tx:
        return history_version(tx)


@pytest.fixture
def by_two(monkeypatch):
    monkeypatch.setattr(rescoring, "BATCH_SIZE", 2)


@pytest.mark.usefixtures("by_two")
def test_all_is_read_again_newest_first_and_the_replay_ends(record):
    start(record)
    assert state(record) == (NEW, 5)
    assert work_off(record) == [key(f"m{k}") for k in range(5)]
    assert state(record) == (None, 0)
    with record.read() as tx:
        assert rescoring.by_model(tx) == {NEW: 5}


def test_both_verdicts_stand_the_new_one_last(record):
    start(record)
    work_off(record)
    assert said_of(record, "m1") == {MODEL: Sentiment.NEGATIVE, NEW: Sentiment.POSITIVE}
    assert one(record, "m1").verdict.model == NEW


def test_it_is_no_backlog_at_any_moment(record):
    start(record)
    held = lease(record)
    with record.read() as tx:
        assert queue.backlog(tx) == (0, None)
        assert counts.by_analysis_state(tx)["scored"] == 5
    assert one(record, "m0").verdict.model == MODEL
    assert len(held) == 5


def test_nothing_is_read_that_nobody_asked_for(record):
    assert lease(record) == []
    start(record)
    assert lease(record, model="a third") == []


def test_what_the_model_has_read_is_not_read_again(record):
    start(record)
    work_off(record)
    assert state(record) == (None, 0)
    start(record)
    assert work_off(record) == []


@pytest.mark.usefixtures("by_two")
def test_to_begin_afresh_loses_and_repeats_nothing(record):
    start(record)
    first = lease(record)
    read(record, first)
    start(record)
    assert work_off(record) == [key(f"m{k}") for k in range(2, 5)]


def test_the_index_hears_of_each(record):
    with record.read() as tx:
        since = changes.last_number(tx)
    start(record)
    work_off(record)
    with record.read() as tx:
        assert {i for _, i in changes.read_after(tx, since, 99)} == {key(f"m{k}") for k in range(5)}


@pytest.mark.usefixtures("by_two")
def test_what_a_killed_worker_held_is_read_by_the_next(record):
    start(record)
    lost = lease(record, "killed")
    assert [p.id for p in lost] == [key("m0"), key("m1")]
    assert work_off(record) == [key(f"m{k}") for k in range(2, 5)]
    assert state(record) == (NEW, 2), "it has not ended while somebody may still hold some"
    later = lease(record, now=NOON + HOLD)
    assert [p.id for p in later] == [p.id for p in lost]
    assert {p.attempts for p in later} == {1}
    assert read(record, later) == 2
    assert read(record, lost) == 0, "who was slow settles nothing a second time"


@pytest.mark.usefixtures("by_two")
def test_a_successor_frees_what_its_predecessor_held(record):
    start(record)
    lease(record, "w")
    with record.write() as tx:
        queue.release(tx, "w")
    assert [p.id for p in lease(record, "w")] == [key("m0"), key("m1")]


@pytest.mark.usefixtures("by_two")
def test_what_may_kill_its_worker_comes_last_and_alone(record):
    start(record)
    for _ in range(queue.ATTEMPTS_BEFORE_ISOLATION):
        lease(record)
        with record.write() as tx:
            queue.release(tx, "w")
    portions = []
    while held := lease(record):
        portions.append([p.id for p in held])
        read(record, held)
    assert portions == [
        [key("m2"), key("m3")], [key("m4")], [key("m0")], [key("m1")]
    ]  # fmt: skip


@pytest.mark.usefixtures("by_two")
def test_two_workers_at_once_share_it(record):
    start(record)
    taken = []

    def work(owner):
        while held := lease(record, owner):
            taken.extend(p.id for p in held)
            read(record, held)

    workers = [threading.Thread(target=work, args=(name,)) for name in ("w1", "w2")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(taken) == sorted(key(f"m{k}") for k in range(5))


@pytest.mark.usefixtures("by_two")
def test_mentions_of_one_moment_are_all_read(record):
    hear(record, *(heard(f"same{k}") for k in range(5)))
    settle(record, *(finding(f"same{k}") for k in range(5)))
    start(record)
    order = work_off(record)
    assert len(order) == len(set(order)) == 10


def test_what_is_edited_meanwhile_is_left_to_the_analysis(record):
    start(record)
    held = lease(record)
    hear(record, heard("m0", "Another text.", published=NOON))
    assert read(record, held) == 4
    assert one(record, "m0").analysis is AnalysisState.PENDING
    assert [p.id for p in lease(record)] == []
    with record.write() as tx:
        (pending,) = queue.lease(tx, "w", limit=9, now=NOON, lease_time=HOLD)
    assert pending.text == "Another text."


def test_what_its_author_took_back_is_not_read(record):
    gone = Listing(since=NOON, until=NOON + DAY, uris=frozenset(), before=NOON + DAY)
    with record.write() as tx:
        apply_listing(tx, "blog", gone, now=NOON)
    start(record)
    assert key("m0") not in work_off(record)


def test_what_another_model_could_not_read_is_read_and_its_silence_kept(record):
    hear(record, heard("de", published=NOON + HOLD))
    mute = finding("de", analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=())
    settle(record, mute)
    start(record)
    assert work_off(record)[0] == key("de")
    assert one(record, "de").analysis is AnalysisState.SCORED
    assert said_of(record, "de") == {MODEL: None, NEW: Sentiment.POSITIVE}
    assert one(record, "de").verdict.model == NEW


@pytest.mark.parametrize("analysis_", [AnalysisState.UNSCORED, AnalysisState.QUARANTINED])
def test_what_the_model_cannot_read_has_no_sentiment_any_more(record, analysis_):
    start(record)
    work_off(record, analysis=analysis_, reason="language:de", verdicts=())
    told = one(record, "m0")
    assert (told.analysis, told.verdict.model, told.verdict.sentiment) == (analysis_, NEW, None)
    assert said_of(record, "m0") == {MODEL: Sentiment.NEGATIVE, NEW: None}


def test_where_neither_reads_anything_no_verdict_is_made_up(record):
    hear(record, heard("de"))
    mute = finding("de", analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=())
    settle(record, mute)
    start(record)
    work_off(record, analysis=AnalysisState.UNSCORED, reason="language:de", verdicts=())
    assert said_of(record, "de") == {}


def test_back_with_the_first_model_its_word_stands_again(record):
    start(record)
    work_off(record)
    start(record, MODEL)
    held = lease(record, model=MODEL)
    with record.write() as tx:
        found = with_null_verdicts(tx, [finding("", p.text, id=p.id) for p in held])
        save_results(tx, found, now=NOON + 2 * DAY)
    assert one(record, "m3").verdict.model == MODEL
    assert len(one(record, "m3").verdicts) == 2


@pytest.mark.usefixtures("by_two")
def test_another_model_ends_a_replay_that_is_under_way(record):
    start(record)
    lease(record)
    start(record, "a third")
    assert lease(record) == []
    assert state(record, "a third") == ("a third", 5)


def test_a_slow_worker_of_the_old_model_has_not_the_last_word(record):
    start(record)
    work_off(record)
    assert settle(record, finding("m0"), now=NOON + 9 * DAY) == 0
    assert one(record, "m0").verdict.model == NEW


def test_what_was_asked_for_is_read_though_the_model_judged_it(record):
    with record.write() as tx:
        rescoring.enqueue(tx, [key("m3"), key("m3"), key("m1")])
        rescoring.start(tx, MODEL)
    assert state(record, MODEL) == (MODEL, 2)
    held = lease(record, model=MODEL)
    assert [(p.id, p.attempts) for p in held] == [(key("m1"), 0), (key("m3"), 0)]
    assert settle(record, finding("m1"), finding("m3")) == 2
    assert lease(record, model=MODEL) == []
    assert state(record, MODEL) == (None, 0)


def test_only_its_end_tells_the_past_anew(record):
    start(record)
    held = lease(record)
    read(record, held)
    assert told_times(record) == 0
    lease(record)
    assert told_times(record) == 1


def test_other_topics_tell_the_past_anew_with_each_batch(record):
    with record.read() as tx:
        stood = rederiving.topic_assignments(tx, "e" * 64, after="", limit=99)
    with record.write() as tx:
        rederiving.update_topics(tx, [replace(s, topics=("price",)) for s in stood])
    assert told_times(record) == 1
