"""The rolling sample: at random, whatever is labelled already, and no text can be skipped."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete

from store.analysis import queue
from store.analysis.verdicts import save_results
from store.labels import samples
from store.labels.label import Label, LabelHead
from store.labels.labels import add_labels, current_labels
from store.tables import label_samples
from tests.store.factories import (
    HOLD,
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
)

NAMES = [f"n{n}" for n in range(10)]


@pytest.fixture
def filled(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, *(crawled_post(name) for name in NAMES))
    store_page(record, crawled_post("old", published=NOON - timedelta(days=31)))
    score(record, *NAMES, "old")
    store_page(record, crawled_post("pending"))
    return record


def score(record, *names):
    with record.write() as tx:
        queue.lease(tx, "w", limit=99, now=NOON, lease_time=HOLD)
        save_results(tx, [analysis_result(name) for name in names], now=NOON)


def draw(record, size, seed=0, now=NOON):
    with record.write() as tx:
        return samples.draw(tx, size, random=Random(seed), now=now)


def set_label(record, mention):
    post = crawled_post(NAMES[0])
    label = Label(
        mention=mention,
        text_sha256=post.text_sha256,
        head=LabelHead.SENTIMENT,
        classes=("neutral",),
        person="ana",
        at=NOON,
    )
    with record.write() as tx:
        add_labels(tx, [label])


def test_recent_scored_mentions_are_drawn(filled):
    assert sorted(draw(filled, 99)) == sorted(map(key, NAMES))


def test_draw_returns_unlabelled_mentions_of_earlier_draws_first(filled):
    first = draw(filled, 3)
    set_label(filled, first[0])
    second = draw(filled, 4, seed=1)
    assert set(first[1:]) < set(second)
    assert (len(second), first[0] in second) == (4, False)


def test_labelled_mention_can_be_drawn_and_counts_without_being_returned(filled):
    """Otherwise the sample would lack the mentions that people had noticed before."""
    set_label(filled, key("n3"))
    assert key("n3") not in draw(filled, 99)
    with filled.read() as tx:
        assert key("n3") in samples.drawn_ids(tx, now=NOON)
        assert [label.is_sampled for label in current_labels(tx)] == [True]


def test_each_mention_has_the_same_chance(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, *(crawled_post(name) for name in NAMES))
    score(sqlite_record, *NAMES)
    counts = Counter()
    for seed in range(200):
        counts.update(draw(sqlite_record, 3, seed))
        with sqlite_record.write() as tx:
            tx.execute(delete(label_samples))
    assert sorted(counts) == sorted(map(key, NAMES))
    assert all(30 <= n <= 90 for n in counts.values())  # 60 expected, standard deviation 6.5


def test_sample_rolls_on(filled):
    draw(filled, 99)
    with filled.read() as tx:
        assert samples.drawn_ids(tx, now=NOON + samples.ROLLING + timedelta(days=1)) == []
