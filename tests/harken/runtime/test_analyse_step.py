"""The step of an analyse worker: slow is not dead, and a text that hangs is set aside.

Time is counted: the model moves the clock.
"""

from datetime import timedelta

import pytest

from core.mention import AnalysisState
from core.watch import Topic
from harken.clock import Clock
from harken.pipeline.analyse import ATTEMPTS_BEFORE_QUARANTINE, LEASE_TIME
from harken.runtime.analyse_step import ClassifierCache, LeaseExtension, analyse_step
from harken.runtime.heartbeat import Heartbeat
from harken.runtime.run import HANG_TIMEOUT
from store import mentions, processes, watches
from store.analysis import queue, rescoring
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

WORKER = "analyse"
HANGING_WORD = "hangs"


class CountedClock(Clock):
    """Clock that stands still until :meth:`pass_by`."""

    def __init__(self):
        super().__init__()
        self.elapsed_s = 0.0

    def pass_by(self, seconds):
        self.elapsed_s += seconds

    def now(self):
        return NOON + timedelta(seconds=self.elapsed_s)

    def monotonic(self):
        return self.elapsed_s


class Killed(BaseException):
    """The run killed the worker."""


class SlowModel(WordModel):
    """Model that takes *seconds* for each text; on a text with HANGING_WORD it hangs for ever."""

    def __init__(self, clock, seconds):
        super().__init__()
        self.clock, self.seconds = clock, seconds
        self.on_hang = None

    def predict(self, texts, languages=None):
        self.clock.pass_by(self.seconds * len(texts))
        if any(HANGING_WORD in text for text in texts):
            self.clock.pass_by(HANG_TIMEOUT.total_seconds() + 1)
            self.on_hang(self.clock.now())
            pytest.fail("nobody killed the worker that hangs")
        return super().predict(texts, languages)


class WatchedHeartbeat(Heartbeat):
    """Heartbeat of a run that looks at each sign of its worker, and kills it if it was too late."""

    def __init__(self, record, clock):
        super().__init__(record, WORKER, started_at=clock.now())
        self.record = record

    def progress(self, now):
        self.check(now)
        super().progress(now)

    def check(self, now):
        with self.record.read() as tx:
            rows = processes.all_processes(tx)
        if any(processes.is_hung(row, now=now, timeout=HANG_TIMEOUT) for row in rows):
            raise Killed


class Worker:
    """Worker as ``harken run`` keeps it: killed when it hangs, and started again."""

    def __init__(self, record, clock, model):
        self.record, self.clock, self.model = record, clock, model
        self.kill_count = 0
        self.start()

    def start(self):
        self.heartbeat = WatchedHeartbeat(self.record, self.clock)
        self.heartbeat.beat(self.clock.now(), "starting")
        with self.record.write() as tx:
            queue.release(tx, WORKER)
        self.model.on_hang = self.heartbeat.check
        self.step = analyse_step(self.record, self.model, self.heartbeat, self.clock, owner=WORKER)

    def run(self, steps):
        """Run up to *steps* steps; end when nothing is left."""
        for _ in range(steps):
            try:
                result = self.step(self.clock.now())
                self.heartbeat.check(self.clock.now())
            except Killed:
                self.kill_count += 1
                with self.record.write() as tx:
                    processes.mark_failing(tx, WORKER, reason="killed")
                self.start()
                continue
            self.heartbeat.beat(self.clock.now())
            if not result.total:
                return


@pytest.fixture
def clock():
    return CountedClock()


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    return sqlite_record


def store_texts(record, *texts):
    posts = (
        crawled_post(str(n), text, language="en", published=NOON - timedelta(hours=1))
        for n, text in enumerate(texts)
    )
    store_page(record, *posts)


def states(record, count):
    with record.read() as tx:
        return [m.analysis for m in mentions.get(tx, [key(str(n)) for n in range(count)])]


@pytest.mark.parametrize("seconds", [0.001, 0.5, 20, 50])
def test_worker_of_any_speed_scores_everything_and_is_never_killed(record, clock, seconds):
    store_texts(
        record, *(f"This long post number {n} is good" + " on and on" * 30 for n in range(30))
    )
    worker = Worker(record, clock, SlowModel(clock, seconds))
    worker.run(steps=99)
    assert worker.kill_count == 0
    assert states(record, 30) == [AnalysisState.SCORED] * 30


def test_machine_that_becomes_slow_loses_one_batch_at_most(record, clock):
    store_texts(record, *(f"Post number {n} is good" for n in range(120)))
    model = SlowModel(clock, 0.001)
    worker = Worker(record, clock, model)
    worker.run(steps=3)
    model.seconds = 10
    worker.run(steps=200)
    assert worker.kill_count <= 1
    assert states(record, 120) == [AnalysisState.SCORED] * 120


def test_text_that_hangs_is_quarantined_and_all_others_are_scored(record, clock):
    texts = [f"Post number {n} is good" for n in range(40)]
    texts[7] = f"This one {HANGING_WORD} and is bad"
    store_texts(record, *texts)
    worker = Worker(record, clock, SlowModel(clock, 0.1))
    worker.run(steps=200)
    final_states = states(record, 40)
    assert final_states.pop(7) is AnalysisState.QUARANTINED
    assert set(final_states) == {AnalysisState.SCORED}
    assert worker.kill_count == ATTEMPTS_BEFORE_QUARANTINE


def test_new_mention_does_not_wait_for_a_slow_backlog(record, clock):
    store_texts(record, *(f"Post number {n} is good" for n in range(40)))
    model = SlowModel(clock, 2)
    worker = Worker(record, clock, model)
    worker.run(steps=5)
    store_page(
        record,
        crawled_post("new", "The newest is bad", language="en", published=NOON),
    )
    worker.run(steps=1)
    with record.read() as tx:
        assert mentions.get(tx, [key("new")])[0].analysis is AnalysisState.SCORED


def test_mentions_that_a_batch_did_not_start_are_free_for_other_workers(record, clock):
    store_texts(record, *(f"Post number {n} is good" for n in range(16)))
    worker = Worker(record, clock, SlowModel(clock, 100 / 16))
    leased_counts = []

    class Rival(SlowModel):
        def predict(self, texts, languages=None):
            with record.write() as tx:
                rows = queue.lease(tx, "rival", limit=99, now=clock.now(), lease_time=LEASE_TIME)
                queue.return_unstarted(tx, [row.id for row in rows])
            leased_counts.append((len(texts), len(rows)))
            return super().predict(texts, languages)

    worker.model = Rival(clock, 1)
    worker.start()
    worker.run(steps=1)
    (size, rest), *_ = leased_counts
    assert size + rest == 16
    assert rest > 0


def test_rescoring_is_cut_by_time_and_reaches_all(record, clock):
    store_texts(record, *(f"Post number {n} is good" for n in range(40)))
    Worker(record, clock, SlowModel(clock, 0)).run(steps=99)

    class Other(SlowModel):
        name = "other 11111111 cpu fp32"

    with record.write() as tx:
        rescoring.start(tx, Other.name)
    worker = Worker(record, clock, Other(clock, 20))
    worker.run(steps=99)
    assert worker.kill_count == 0
    with record.read() as tx:
        assert rescoring.by_model(tx) == {Other.name: 40}


def test_leases_of_a_worker_with_progress_do_not_end(record, clock):
    store_texts(record, "This is good")
    extension = LeaseExtension(record, WORKER, started_at=clock.now())
    with record.write() as tx:
        queue.lease(tx, WORKER, limit=9, now=clock.now(), lease_time=LEASE_TIME)
    for _ in range(10):
        clock.pass_by(LEASE_TIME.total_seconds() / 2)
        extension.extend(clock.now())
    with record.write() as tx:
        assert not queue.lease(tx, "rival", limit=9, now=clock.now(), lease_time=LEASE_TIME)
        late = clock.now() + LEASE_TIME
        assert queue.lease(tx, "rival", limit=9, now=late, lease_time=LEASE_TIME)


def test_leases_that_ended_or_belong_to_others_are_not_extended(record, clock):
    store_texts(record, "This is good", "This is bad")
    with record.write() as tx:
        queue.lease(tx, WORKER, limit=1, now=clock.now(), lease_time=LEASE_TIME)
        queue.lease(tx, "rival", limit=1, now=clock.now(), lease_time=2 * LEASE_TIME)
    clock.pass_by(LEASE_TIME.total_seconds())
    LeaseExtension(record, WORKER, started_at=NOON).extend(clock.now())
    late = clock.now() + LEASE_TIME
    with record.write() as tx:
        assert len(queue.lease(tx, "third", limit=9, now=late, lease_time=LEASE_TIME)) == 2


def test_topics_with_many_examples_are_encoded_with_progress(record):
    topic = Topic(id="t", name="T", sentences=tuple(f"sentence {n}" for n in range(200)))
    with record.write() as tx:
        watches.replace_from_file(tx, [], [topic])
    reports = []
    ClassifierCache(record, WordModel(), lambda: reports.append(1)).current()
    assert len(reports) > 3
