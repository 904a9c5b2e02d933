"""The recorded past as the settings have it now: its topics and names, told without reading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from core.watch import Watch
from harken.pipeline.steps import StepResult
from store.analysis import queue, rederiving
from store.analysis.queue import TopicAssignment
from store.analysis.rederiving import ExtractedText
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier

Row = TypeVar("Row", TopicAssignment, ExtractedText)


def reclassify_batch(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    *,
    after: str,
    limit: int = 1000,
) -> tuple[StepResult, str]:
    """Judge the topics of recorded mentions anew, one batch beyond id *after*, from their vectors.

    No text is read. Returns the id to go on after. Whatever changes is told to the index, too.
    """
    import numpy as np

    with database.read() as tx:
        batch = queue.topic_assignments(tx, model.encoder_sha256, after=after, limit=limit)
    if not batch:
        return StepResult(), after
    vectors = np.stack([np.frombuffer(s.vector, "<f2").astype(np.float32) for s in batch])
    topic_lists = topic_classifier.classify_supported(
        vectors, [s.language for s in batch], model.languages
    )
    changes = [
        replace(s, topics=topics)
        for s, topics in zip(batch, topic_lists, strict=True)
        if topics != s.topics
    ]
    return _save_changes(database, batch, changes, queue.update_topics)


def reextract_batch(
    database: Database, watches: Mapping[str, Watch], *, after: str, limit: int = 1000
) -> tuple[StepResult, str]:
    """Tell anew what recorded texts name, one batch beyond id *after*; no model reads them.

    Returns the id to go on after. Whatever changes is told to the index, too.
    """
    with database.read() as tx:
        batch = rederiving.extracted_texts(tx, after=after, limit=limit)
    if not batch:
        return StepResult(), after
    new_rows = [_with_new_entities(extracted_text, watches) for extracted_text in batch]
    changes = [new for new, old in zip(new_rows, batch, strict=True) if new != old]
    return _save_changes(database, batch, changes, rederiving.update_entities)


def _save_changes(
    database: Database,
    batch: Sequence[Row],
    changes: Sequence[Row],
    write: Callable[[Connection, Sequence[Row]], int],
) -> tuple[StepResult, str]:
    """What became of *batch*, of which *changed* are others than before; the last id of it."""
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
