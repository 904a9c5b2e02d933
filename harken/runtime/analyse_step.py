"""The analyse step of one worker: its heartbeat and leases stay fresh while it makes progress."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from core.errors import TransientError
from core.watch import Topic
from harken.clock import Clock
from harken.pipeline.analyse import LEASE_TIME, MAX_BATCH, analyse_batch
from harken.pipeline.explain import explain_next
from harken.pipeline.learning.learned import LearnedModels, encode_with, learned_topics
from harken.pipeline.pace import START_COST, Pace, pieces
from harken.pipeline.step_result import StepResult
from harken.runtime.heartbeat import Heartbeat
from store.analysis import queue
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier, Vectors

EXTENSION_INTERVAL: Final = timedelta(minutes=1)  # a fifth of a lease


def analyse_step(
    database: Database,
    model: "Model",
    heartbeat: Heartbeat,
    clock: Clock,
    *,
    owner: str,
    explains: bool = False,
) -> Callable[[datetime], StepResult]:
    """Return the step of a worker that scores as *owner*.

    While it makes progress its heartbeat and its leases stay fresh, however slow it is. With
    *explains* it answers one question of a page for the words behind a score before each batch.
    """
    extension = LeaseExtension(database, owner, started_at=clock.now())

    def report() -> None:
        """Report progress to the run and to the other workers."""
        now = clock.now()
        heartbeat.progress(now)
        extension.extend(now)

    pace = Pace(MAX_BATCH, start_cost=START_COST, seconds=clock.monotonic, on_progress=report)
    classifiers, models = ClassifierCache(database, model, report), LearnedModels(database, model)

    def step(now: datetime) -> StepResult:
        """Explain one score, then analyse one batch."""
        current_model, classifier = models.current(), classifiers.current()
        if explains:
            explain_next(database, current_model, clock, report)
        return analyse_batch(database, current_model, classifier, owner=owner, now=now, pace=pace)

    return step


class LeaseExtension:
    """The extension of all leases of one worker; calling it often is cheap.

    A batch that takes longer than a lease is then scored once and not by two workers.
    """

    def __init__(self, database: Database, owner: str, *, started_at: datetime) -> None:
        self._database = database
        self._owner = owner
        self._last_at = started_at

    def extend(self, now: datetime) -> None:
        """Extend the leases to ``LEASE_TIME`` after *now*, every ``EXTENSION_INTERVAL``.

        A database that does not respond is no reason to stop the work: the next call tries again.
        """
        if now - self._last_at < EXTENSION_INTERVAL:
            return
        try:
            with self._database.write() as tx:
                queue.extend(tx, self._owner, now=now, until=now + LEASE_TIME)
        except TransientError:
            return
        self._last_at = now


class ClassifierCache:
    """Classifier of the active topics, rebuilt when they change.

    *on_progress* is called between the parts of a rebuild.
    """

    def __init__(
        self, database: Database, model: "Model", on_progress: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._model = model
        self._on_progress = on_progress
        self._topics: list[Topic] | None = None

    def current(self) -> "TopicClassifier":
        """Return the classifier of the topics that are stored now."""
        from nlp.topic_classifier import TopicClassifier

        with self._database.read() as tx:
            topics, vectors = learned_topics(tx, self._model)
        if topics != self._topics:
            encode = encode_with(vectors, self._encode)
            self._topics, self._topic_classifier = (
                topics,
                TopicClassifier(topics, encode, self._model.topic_threshold),
            )
        return self._topic_classifier

    def _encode(self, texts: Sequence[str]) -> "Vectors":
        """Return the vectors of *texts*, of which there may be thousands of examples."""
        import numpy as np

        parts = [self._model.encode(piece) for piece in pieces(texts, self._on_progress)]
        return np.concatenate(parts) if parts else self._model.encode(texts)
