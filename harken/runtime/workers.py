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
from harken.pipeline.rescore import ask
from harken.runtime.heartbeat import Heartbeat
from harken.settings_sync import seed
from store import changes
from store.analysis import queue
from store.analysis.rescoring import waiting
from store.database import Record
from store.watches import active_topics

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import Taxonomy

log = structlog.get_logger()

IDLE_S: Final = 0.5  # pause when there is nothing to do
TROUBLE_S: Final = 2.0  # pause after a failure
ANALYST: Final = "analyse"
REPLAY: Final = "again"


def analysts(workers: int) -> list[str]:
    """The names of that many analyse workers of a record; each owns the leases under its name."""
    return [ANALYST, *(f"{ANALYST}-{n}" for n in range(2, workers + 1))]


def analyse(settings: Settings, clock: Clock, *, follow: bool, name: str = ANALYST) -> steps.Tally:
    """Score what is pending, as the worker *name*; with *follow* for ever."""
    record = wiring.open_record(settings)
    heart = Heartbeat(record, name, started=clock.now(), muted=not follow)
    heart.beat(clock.now(), "starting")
    with record.write() as tx:
        queue.release(tx, name)  # of a predecessor that was killed
    model = wiring.open_model(settings)
    taxonomy = _Taxonomies(record, model)

    def step(now: datetime) -> steps.Tally:
        """One batch."""
        return steps.analyse(record, model, taxonomy.current(), owner=name, now=now)

    return _loop(step, heart, clock, follow=follow)


def retell(settings: Settings, clock: Clock) -> steps.Tally:
    """Give everything in the record the topics that the settings have now; reads no text again.

    Workers of a running Harken take the same topics from their next batch on.
    """
    record = wiring.open_record(settings)
    seed(record, settings, now=clock.now())
    model = wiring.open_model(settings)
    taxonomy = _Taxonomies(record, model)

    def batch(after: str) -> tuple[steps.Tally, str]:
        """What lies beyond *after*."""
        return retelling.topics(record, model, taxonomy.current(), after=after)

    return _through(batch, Heartbeat(record, "topics", started=clock.now(), muted=True), clock)


def rename(settings: Settings, clock: Clock) -> steps.Tally:
    """Tell anew what everything in the record names, as the settings have products and people now.

    It needs no model, and a running Harken goes on meanwhile.
    """
    record = wiring.open_record(settings)
    seed(record, settings, now=clock.now())
    watches = wiring.watches(record)

    def batch(after: str) -> tuple[steps.Tally, str]:
        """What lies beyond *after*."""
        return retelling.names(record, watches, after=after)

    return _through(batch, Heartbeat(record, "names", started=clock.now(), muted=True), clock)


def again(settings: Settings, clock: Clock) -> tuple[int, steps.Tally, int]:
    """Read what other models judged with that of the settings; how many wait before and after.

    What comes in meanwhile is read first. Workers of a running Harken that have the same model
    help; killed, this goes on where it was with the next call, or with the next worker.
    """
    record = wiring.open_record(settings)
    seed(record, settings, now=clock.now())
    with record.write() as tx:
        queue.release(tx, REPLAY)  # of a predecessor that was killed
    model = wiring.open_model(settings)
    taxonomy, asked = _Taxonomies(record, model), ask(record, model)

    def step(now: datetime) -> steps.Tally:
        """One batch."""
        return steps.analyse(record, model, taxonomy.current(), owner=REPLAY, now=now)

    heart = Heartbeat(record, REPLAY, started=clock.now(), muted=True)
    tally = _loop(step, heart, clock, follow=False)
    with record.read() as tx:
        return asked, tally, waiting(tx, model.name)


def index(settings: Settings, clock: Clock, *, follow: bool) -> steps.Tally:
    """Bring the index up to date; with *follow* for ever."""
    record = wiring.open_record(settings)
    heart = Heartbeat(record, "index", started=clock.now(), muted=not follow)
    heart.beat(clock.now(), "starting")
    name = wiring.follower(settings)
    with wiring.open_index(settings, writer=True) as engine:
        engine.setup()
        if engine.health().docs == 0:  # new or lost: everything is to be told again
            with record.write() as tx:
                changes.advance(tx, name, 0, now=clock.now())

        def step(now: datetime) -> steps.Tally:
            """One batch."""
            return steps.index(record, engine, follower=name, now=now)

        return _loop(step, heart, clock, follow=follow)


class _Taxonomies:
    """The topics as prototypes, made anew when somebody edits them."""

    def __init__(self, record: Record, model: "Model") -> None:
        self._record = record
        self._model = model
        self._topics: list[Topic] | None = None

    def current(self) -> "Taxonomy":
        """Those of the topics that are listened for now."""
        from nlp.topic_classifier import Taxonomy

        with self._record.read() as tx:
            topics = active_topics(tx)
        if topics != self._topics:
            self._topics, self._made = topics, Taxonomy(topics, self._model.embed, self._model.near)
        return self._made


def _through(
    batch: Callable[[str], tuple[steps.Tally, str]], heart: Heartbeat, clock: Clock
) -> steps.Tally:
    """Call *batch* with the id that it returned last, from the first mention to the last."""
    after = ""

    def step(_: datetime) -> steps.Tally:
        """The next one."""
        nonlocal after
        tally, after = batch(after)
        return tally

    return _loop(step, heart, clock, follow=False)


def _loop(
    step: Callable[[datetime], steps.Tally], heart: Heartbeat, clock: Clock, *, follow: bool
) -> steps.Tally:
    taken = done = failed = 0
    while True:
        try:
            tally = step(clock.now())
        except HarkenError as error:
            if not follow:
                raise
            log.warning("step.failed", reason=str(error))
            heart.beat(clock.now(), "failing", str(error))
            time.sleep(TROUBLE_S)
            continue
        heart.beat(clock.now())
        taken, done, failed = taken + tally.taken, done + tally.done, failed + tally.failed
        if not tally.taken:
            if not follow:
                return steps.Tally(taken=taken, done=done, failed=failed)
            time.sleep(IDLE_S)
