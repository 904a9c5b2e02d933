"""What ``analyse --again`` asks for: all that another model judged, and readings that lack."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from harken import wiring
from store.analysis import rescoring
from store.analysis.unaimed import MissingTarget, missing_targets
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model

BATCH_SIZE: Final = 1000  # mentions looked at in one go; no text is read by the model
TermMatcher: TypeAlias = Callable[[str, Collection[str]], Mapping[str, Sequence[str]]]


def enqueue_rescoring(database: Database, model: "Model") -> int:
    """Begin a replay by *model*; how many mentions wait for it. Without any none begins."""
    if model.supports_targets:
        _enqueue_missing_targets(database, model.name)
    with database.read() as tx:
        remaining, active_model = rescoring.remaining(tx, model.name), rescoring.active_model(tx)
    if remaining or active_model:
        with database.write() as tx:
            rescoring.start(tx, model.name)
    return remaining


def _enqueue_missing_targets(database: Database, model: str) -> None:
    """Ask for the mentions of several watches that were not read towards each that they name.

    A watch that is new, or listens for more than it did, matches mentions that were read before.
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
    """Whether it names a watch that it was not read towards, as reading it now would find."""
    from nlp.text.target_marking import mark_targets

    return bool(
        mark_targets(target.text, match_terms(target.text, target.watches)).keys()
        - target.scored_watches
    )
