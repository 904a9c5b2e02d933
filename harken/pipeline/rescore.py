"""Rescore step: update what is stored after the model, the topics or the names changed.

For another model, or a watch that is new (``analyse --again``); the analyse step does the rest:

1. If the model scores targets, enqueue the mentions that lack a score for one of their watches.
2. Count the mentions that wait, among them all that a different model scored.
3. Start rescoring if there are any, or if an earlier rescoring is still active.

For new topics (``--topics-only``) or names (``--names-only``), batch by batch, by id:

1. Read the next stored vectors or texts: as many as take a few seconds.
2. Classify or extract again; no model runs on a text.
3. Write the rows that changed. Each gets a new change number, so that the index gets them too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from sqlalchemy import Connection

from core.watch import Watch
from harken import wiring
from harken.pipeline.pace import Pace, text_costs
from harken.pipeline.step_result import StepResult
from store.analysis import rederiving, rescoring
from store.analysis.rederiving import ExtractedText, TopicAssignment
from store.analysis.rescoring import MissingTarget, missing_targets
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier

BATCH_SIZE: Final = 1000  # mentions of one read; the model runs on none of them
TermMatcher: TypeAlias = Callable[[str, Collection[str]], Mapping[str, Sequence[str]]]
Row = TypeVar("Row", TopicAssignment, ExtractedText)


def enqueue_rescoring(database: Database, model: "Model") -> int:
    """Start rescoring by *model* if mentions wait for it. Return their number."""
    if model.supports_targets:
        _enqueue_missing_targets(database, model.name)
    with database.read() as tx:
        remaining, active_model = rescoring.remaining(tx, model.name), rescoring.active_model(tx)
    if remaining or active_model:
        with database.write() as tx:
            rescoring.start(tx, model.name)
    return remaining


def reclassify_batch(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    *,
    after: str,
    pace: Pace | None = None,
) -> tuple[StepResult, str]:
    """Classify the stored vectors of one batch of mentions beyond id *after* again.

    No text is read. Return the counts, successes being changed mentions, and the last id.
    """
    import numpy as np

    pace = pace or Pace(BATCH_SIZE)
    with database.read() as tx:
        batch = rederiving.topic_assignments(
            tx, model.encoder_sha256, after=after, limit=pace.limit
        )
    if not batch:
        return StepResult(), after
    pace.report()
    with pace.timed([1.0] * len(batch)):  # vectors are all of one size
        vectors = np.stack([np.frombuffer(s.vector, "<f2").astype(np.float32) for s in batch])
        topic_lists = topic_classifier.classify_supported(
            vectors, [s.language for s in batch], model.languages
        )
        changes = [
            replace(s, topics=topics)
            for s, topics in zip(batch, topic_lists, strict=True)
            if topics != s.topics
        ]
        return _save_changes(database, batch, changes, rederiving.update_topics)


def reextract_batch(
    database: Database, watches: Mapping[str, Watch], *, after: str, pace: Pace | None = None
) -> tuple[StepResult, str]:
    """Extract the entities of one batch of stored texts beyond id *after* again, without a model.

    *watches*, by slug, define the products and people. Return the counts, successes being changed
    mentions, and the last id.
    """
    pace = pace or Pace(BATCH_SIZE)
    with database.read() as tx:
        rows = rederiving.extracted_texts(tx, after=after, limit=pace.limit)
    costs = text_costs([row.text for row in rows])
    batch = rows[: pace.cut(costs)]
    if not batch:
        return StepResult(), after
    pace.report()
    with pace.timed(costs[: len(batch)]):
        new_rows = [_with_new_entities(extracted_text, watches) for extracted_text in batch]
        changes = [new for new, old in zip(new_rows, batch, strict=True) if new != old]
        return _save_changes(database, batch, changes, rederiving.update_entities)


def _enqueue_missing_targets(database: Database, model: str) -> None:
    """Enqueue the mentions of several watches that lack a score for one that their text names.

    A watch that is new, or whose query matches more than before, has older mentions.
    """
    match_terms, after = wiring.term_matcher(wiring.watches(database)), ""
    while True:
        with database.read() as tx:
            batch = missing_targets(tx, model, after=after, limit=BATCH_SIZE)
        if not batch:
            return
        after = batch[-1].id
        with database.write() as tx:
            rescoring.enqueue(
                tx, [target.id for target in batch if _lacks_target(target, match_terms)]
            )


def _lacks_target(target: MissingTarget, match_terms: TermMatcher) -> bool:
    """Return True if analysing the text now would score a watch that has no score yet."""
    from nlp.text.target_marking import mark_targets

    return bool(
        mark_targets(target.text, match_terms(target.text, target.watches)).keys()
        - target.scored_watches
    )


def _save_changes(
    database: Database,
    batch: Sequence[Row],
    changes: Sequence[Row],
    write: Callable[[Connection, Sequence[Row]], int],
) -> tuple[StepResult, str]:
    """Store *changes*, the rows of *batch* that differ. Return the counts and the last id."""
    count = 0
    if changes:
        with database.write() as tx:
            count = write(tx, changes)
    return StepResult(total=len(batch), successes=count), batch[-1].id


def _with_new_entities(
    extracted_text: ExtractedText, watches: Mapping[str, Watch]
) -> ExtractedText:
    from nlp.text.entities import extract_for

    extraction = extract_for(
        extracted_text.text, extracted_text.language, extracted_text.watches, watches
    )
    return replace(extracted_text, entities=extraction.entities, phrases=extraction.phrases)
