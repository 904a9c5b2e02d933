"""The recorded past as the settings have it now: its topics and names, told without reading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from core.watch import Watch
from harken.pipeline.steps import Tally
from store.analysis import queue, rederiving
from store.analysis.queue import Standing
from store.analysis.rederiving import Saying
from store.database import Record

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import Taxonomy

Told = TypeVar("Told", Standing, Saying)


def topics(
    record: Record, model: "Model", taxonomy: "Taxonomy", *, after: str, limit: int = 1000
) -> tuple[Tally, str]:
    """Judge the topics of recorded mentions anew, one batch beyond id *after*, from their vectors.

    No text is read. Returns the id to go on after. Whatever changes is told to the index, too.
    """
    import numpy as np

    with record.read() as tx:
        batch = queue.standings(tx, model.encoder_sha256, after=after, limit=limit)
    if not batch:
        return Tally(), after
    vectors = np.stack([np.frombuffer(s.vector, "<f2").astype(np.float32) for s in batch])
    told = taxonomy.told(vectors, [s.language for s in batch], model.languages)
    changed = [
        replace(s, topics=topics)
        for s, topics in zip(batch, told, strict=True)
        if topics != s.topics
    ]
    return _written(record, batch, changed, queue.retell)


def names(
    record: Record, watches: Mapping[str, Watch], *, after: str, limit: int = 1000
) -> tuple[Tally, str]:
    """Tell anew what recorded texts name, one batch beyond id *after*; no model reads them.

    Returns the id to go on after. Whatever changes is told to the index, too.
    """
    with record.read() as tx:
        batch = rederiving.sayings(tx, after=after, limit=limit)
    if not batch:
        return Tally(), after
    told = [_renamed(saying, watches) for saying in batch]
    changed = [new for new, old in zip(told, batch, strict=True) if new != old]
    return _written(record, batch, changed, rederiving.retell)


def _written(
    record: Record,
    batch: Sequence[Told],
    changed: Sequence[Told],
    write: Callable[[Connection, Sequence[Told]], int],
) -> tuple[Tally, str]:
    """What became of *batch*, of which *changed* are others than before; the last id of it."""
    done = 0
    if changed:
        with record.write() as tx:
            done = write(tx, changed)
    return Tally(taken=len(batch), done=done), batch[-1].id


def _renamed(saying: Saying, watches: Mapping[str, Watch]) -> Saying:
    from nlp.text.entities import named_for

    found = named_for(saying.text, saying.language, saying.watches, watches)
    return replace(saying, entities=found.entities, phrases=found.phrases)
