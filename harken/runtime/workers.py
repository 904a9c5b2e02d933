"""The long-lived children, analyse workers and the index writer: a step in a loop each."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog

from config.settings import Settings
from core.errors import HarkenError
from core.watch import Topic
from harken import wiring
from harken.clock import Clock
from harken.pipeline import retelling, steps
from harken.pipeline.rescore import enqueue_rescoring
from harken.runtime.heartbeat import Heartbeat
from harken.settings_sync import sync_settings
from store import changes
from store.analysis import queue
from store.analysis.rescoring import remaining
from store.database import Database
from store.watches import active_topics

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier

log = structlog.get_logger()

IDLE_S: Final = 0.5  # pause when there is nothing to do
RETRY_DELAY_S: Final = 2.0  # pause after a failure
WORKER_NAME: Final = "analyse"
RESCORE_WORKER: Final = "again"


def worker_names(workers: int) -> list[str]:
    """The names of that many analyse workers of a record; each owns the leases under its name."""
    return [WORKER_NAME, *(f"{WORKER_NAME}-{n}" for n in range(2, workers + 1))]


def run_analyse_worker(
    settings: Settings, clock: Clock, *, follow: bool, name: str = WORKER_NAME
) -> steps.StepResult:
    """Score what is pending, as the worker *name*; with *follow* for ever."""
    database = wiring.open_database(settings)
    heartbeat = Heartbeat(database, name, started_at=clock.now(), is_silent=not follow)
    heartbeat.beat(clock.now(), "starting")
    with database.write() as tx:
        queue.release(tx, name)  # of a predecessor that was killed
    model = wiring.open_model(settings)
    classifiers = _ClassifierCache(database, model)

    def step(now: datetime) -> steps.StepResult:
        """One batch."""
        return steps.analyse_batch(database, model, classifiers.current(), owner=name, now=now)

    return _loop(step, heartbeat, clock, follow=follow)


def reclassify_topics(settings: Settings, clock: Clock) -> steps.StepResult:
    """Give everything in the record the topics that the settings have now; reads no text again.

    Workers of a running Harken take the same topics from their next batch on.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    model = wiring.open_model(settings)
    classifiers = _ClassifierCache(database, model)

    def batch(after: str) -> tuple[steps.StepResult, str]:
        """What lies beyond *after*."""
        return retelling.reclassify_batch(database, model, classifiers.current(), after=after)

    return _over_all_mentions(
        batch, Heartbeat(database, "topics", started_at=clock.now(), is_silent=True), clock
    )


def reextract_entities(settings: Settings, clock: Clock) -> steps.StepResult:
    """Tell anew what everything in the record names, as the settings have products and people now.

    It needs no model, and a running Harken goes on meanwhile.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    watches = wiring.watches(database)

    def batch(after: str) -> tuple[steps.StepResult, str]:
        """What lies beyond *after*."""
        return retelling.reextract_batch(database, watches, after=after)

    return _over_all_mentions(
        batch, Heartbeat(database, "names", started_at=clock.now(), is_silent=True), clock
    )


def rescore_mentions(settings: Settings, clock: Clock) -> tuple[int, steps.StepResult, int]:
    """Read what other models judged with that of the settings; how many wait before and after.

    What comes in meanwhile is read first. Workers of a running Harken that have the same model
    help; killed, this goes on where it was with the next call, or with the next worker.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    with database.write() as tx:
        queue.release(tx, RESCORE_WORKER)  # of a predecessor that was killed
    model = wiring.open_model(settings)
    classifiers, queue_size = _ClassifierCache(database, model), enqueue_rescoring(database, model)

    def step(now: datetime) -> steps.StepResult:
        """One batch."""
        return steps.analyse_batch(
            database, model, classifiers.current(), owner=RESCORE_WORKER, now=now
        )

    heartbeat = Heartbeat(database, RESCORE_WORKER, started_at=clock.now(), is_silent=True)
    result = _loop(step, heartbeat, clock, follow=False)
    with database.read() as tx:
        return queue_size, result, remaining(tx, model.name)


def run_index_writer(settings: Settings, clock: Clock, *, follow: bool) -> steps.StepResult:
    """Bring the index up to date; with *follow* for ever."""
    database = wiring.open_database(settings)
    heartbeat = Heartbeat(database, "index", started_at=clock.now(), is_silent=not follow)
    heartbeat.beat(clock.now(), "starting")
    name = wiring.index_consumer(settings)
    with wiring.open_index(settings, writer=True) as engine:
        engine.setup()
        if engine.health().docs == 0:  # new or lost: everything is to be told again
            with database.write() as tx:
                changes.commit_offset(tx, name, 0, now=clock.now())

        def step(now: datetime) -> steps.StepResult:
            """One batch."""
            return steps.index_batch(database, engine, consumer=name, now=now)

        return _loop(step, heartbeat, clock, follow=follow)


class _ClassifierCache:
    """The topics as prototypes, made anew when somebody edits them."""

    def __init__(self, database: Database, model: "Model") -> None:
        self._database = database
        self._model = model
        self._topics: list[Topic] | None = None

    def current(self) -> "TopicClassifier":
        """Those of the topics that are listened for now."""
        from nlp.topic_classifier import TopicClassifier

        with self._database.read() as tx:
            topics = active_topics(tx)
        if topics != self._topics:
            self._topics, self._topic_classifier = (
                topics,
                TopicClassifier(topics, self._model.encode, self._model.topic_threshold),
            )
        return self._topic_classifier


def _over_all_mentions(
    batch: Callable[[str], tuple[steps.StepResult, str]], heartbeat: Heartbeat, clock: Clock
) -> steps.StepResult:
    """Call *batch* with the id that it returned last, from the first mention to the last."""
    after = ""

    def step(_: datetime) -> steps.StepResult:
        """The next one."""
        nonlocal after
        result, after = batch(after)
        return result

    return _loop(step, heartbeat, clock, follow=False)


def _loop(
    step: Callable[[datetime], steps.StepResult],
    heartbeat: Heartbeat,
    clock: Clock,
    *,
    follow: bool,
) -> steps.StepResult:
    total = successes = failures = 0
    while True:
        try:
            result = step(clock.now())
        except HarkenError as error:
            if not follow:
                raise
            log.warning("step.failed", reason=str(error))
            heartbeat.beat(clock.now(), "failing", str(error))
            time.sleep(RETRY_DELAY_S)
            continue
        heartbeat.beat(clock.now())
        total, successes, failures = (
            total + result.total,
            successes + result.successes,
            failures + result.failures,
        )
        if not result.total:
            if not follow:
                return steps.StepResult(total=total, successes=successes, failures=failures)
            time.sleep(IDLE_S)
