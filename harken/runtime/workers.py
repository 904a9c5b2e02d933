"""Analyse workers and index writer: each repeats a step, as a child process or for one call."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from config.settings import Settings
from core.errors import HarkenError
from harken import wiring
from harken.clock import Clock
from harken.pipeline.index import MAX_BATCH as MAX_CHANGES
from harken.pipeline.index import IndexStep
from harken.pipeline.learning.learned import LearnedModels
from harken.pipeline.pace import START_COST, Pace
from harken.pipeline.progress import NO_PROGRESS, Progress
from harken.pipeline.rescore import (
    BATCH_SIZE,
    enqueue_rescoring,
    reclassify_batch,
    reextract_batch,
)
from harken.pipeline.step_result import StepResult
from harken.runtime.analyse_step import ClassifierCache, analyse_step
from harken.runtime.heartbeat import Heartbeat
from harken.settings_sync import sync_settings
from store import changes, counts
from store.analysis import queue
from store.analysis.rescoring import remaining
from store.database import Database

log = structlog.get_logger()

IDLE_S: Final = 0.5  # pause when there is nothing to do
RETRY_DELAY_S: Final = 2.0  # pause after a failure
WORKER_NAME: Final = "analyse"
RESCORE_WORKER: Final = "again"


def worker_names(workers: int) -> list[str]:
    """Return the names of *workers* analyse workers; each owns the leases under its name."""
    return [WORKER_NAME, *(f"{WORKER_NAME}-{n}" for n in range(2, workers + 1))]


def run_analyse_worker(
    settings: Settings,
    clock: Clock,
    *,
    follow: bool,
    name: str = WORKER_NAME,
    progress: Progress = NO_PROGRESS,
) -> StepResult:
    """Score pending mentions as the worker *name*, until none is left; with *follow* for ever."""
    database = wiring.open_database(settings)
    heartbeat = Heartbeat(database, name, started_at=clock.now(), is_silent=not follow)
    heartbeat.beat(clock.now(), "starting")
    with database.write() as tx:
        queue.release(tx, name)  # leases of a killed predecessor
        progress.expect(counts.by_analysis_state(tx)["pending"])
    model = wiring.open_model(settings)
    step = analyse_step(database, model, heartbeat, clock, owner=name, explains=follow)
    return _loop(step, heartbeat, clock, follow=follow, progress=progress)


def reclassify_topics(
    settings: Settings, clock: Clock, progress: Progress = NO_PROGRESS
) -> StepResult:
    """Classify all stored mentions by the current topics of *settings*; no text is read.

    Workers of a running Harken use the same topics from their next batch on.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    model = wiring.open_model(settings)
    classifiers = ClassifierCache(database, model)
    pace = Pace(BATCH_SIZE, start_cost=START_COST, seconds=clock.monotonic)

    def batch(after: str) -> tuple[StepResult, str]:
        """Classify the mentions beyond id *after*."""
        return reclassify_batch(database, model, classifiers.current(), after=after, pace=pace)

    return _over_all_mentions(batch, database, "topics", clock, progress)


def reextract_entities(
    settings: Settings, clock: Clock, progress: Progress = NO_PROGRESS
) -> StepResult:
    """Extract the entities of all stored texts with the current products and people.

    No model is needed, and a running Harken continues meanwhile.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    watches = wiring.watches(database)
    pace = Pace(BATCH_SIZE, start_cost=START_COST, seconds=clock.monotonic)

    def batch(after: str) -> tuple[StepResult, str]:
        """Extract from the texts beyond id *after*."""
        return reextract_batch(database, watches, after=after, pace=pace)

    return _over_all_mentions(batch, database, "names", clock, progress)


def rescore_mentions(
    settings: Settings, clock: Clock, progress: Progress = NO_PROGRESS
) -> tuple[int, StepResult, int]:
    """Score with the model of *settings* all mentions that another model scored.

    Return the number that waited before, the counts, and the number that waits after. New mentions
    go first. Workers of a running Harken with the same model take part. If it is killed, the next
    call or the next worker continues.
    """
    database = wiring.open_database(settings)
    sync_settings(database, settings, now=clock.now())
    with database.write() as tx:
        queue.release(tx, RESCORE_WORKER)  # leases of a killed predecessor
    model = wiring.open_model(settings)
    models = LearnedModels(database, model)
    queue_size = enqueue_rescoring(database, models.current())
    progress.expect(queue_size)
    heartbeat = Heartbeat(database, RESCORE_WORKER, started_at=clock.now(), is_silent=True)
    step = analyse_step(database, model, heartbeat, clock, owner=RESCORE_WORKER)
    result = _loop(step, heartbeat, clock, follow=False, progress=progress)
    model = models.current()
    with database.read() as tx:
        return queue_size, result, remaining(tx, model.name)


def run_index_writer(
    settings: Settings, clock: Clock, *, follow: bool, progress: Progress = NO_PROGRESS
) -> StepResult:
    """Index stored changes until none is left; with *follow* for ever.

    An empty index, new or lost, is rebuilt from the first change; see :class:`IndexStep`.
    """
    database = wiring.open_database(settings)
    heartbeat = Heartbeat(database, "index", started_at=clock.now(), is_silent=not follow)
    heartbeat.beat(clock.now(), "starting")
    name = wiring.index_consumer(settings)
    with wiring.open_index(settings, writer=True) as engine:
        pace = Pace(
            MAX_CHANGES,
            start_cost=START_COST,
            seconds=clock.monotonic,
            on_progress=lambda: heartbeat.progress(clock.now()),
        )
        step = IndexStep(database, engine, name, pace)
        step.set_up(clock.now())
        with database.read() as tx:
            progress.expect(changes.lag(tx, name))
        return _loop(step.run, heartbeat, clock, follow=follow, progress=progress)


def _over_all_mentions(
    batch: Callable[[str], tuple[StepResult, str]],
    database: Database,
    name: str,
    clock: Clock,
    progress: Progress,
) -> StepResult:
    """Call *batch* with the id that it returned last, until no mention is left.

    *name* is that of the process among the heartbeats.
    """
    after = ""
    with database.read() as tx:
        progress.expect(counts.total(tx))

    def step(_: datetime) -> StepResult:
        """Process the next batch."""
        nonlocal after
        result, after = batch(after)
        return result

    heartbeat = Heartbeat(database, name, started_at=clock.now(), is_silent=True)
    return _loop(step, heartbeat, clock, follow=False, progress=progress)


def _loop(
    step: Callable[[datetime], StepResult],
    heartbeat: Heartbeat,
    clock: Clock,
    *,
    follow: bool,
    progress: Progress = NO_PROGRESS,
) -> StepResult:
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
        progress.advance(result.total)
        total, successes, failures = (
            total + result.total,
            successes + result.successes,
            failures + result.failures,
        )
        if not result.total:
            if not follow:
                return StepResult(total=total, successes=successes, failures=failures)
            time.sleep(IDLE_S)
