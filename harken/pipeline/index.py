"""Index step: copy stored changes into the search index.

A killed step is repeated from the old offset: to apply a change twice has no further effect.

1. Read the next changes after the offset of this index, and their mentions: as many as take a few
   seconds.
2. Apply them to the index. If it asks for one of them again, stop here.
3. Log the changes that it rejects for ever, and refresh it, so that searches find the others.
4. Commit the new offset.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog

from core.errors import TransientError
from core.mention import Mention
from harken.pipeline.pace import Pace, text_costs
from harken.pipeline.step_result import StepResult
from store import changes, mentions
from store.database import Database

if TYPE_CHECKING:
    from indexer.change import Change
    from indexer.index import MentionIndex

log = structlog.get_logger()

MAX_BATCH: Final = 1000  # changes


class IndexStep:
    """The step of one index, batch by batch.

    Before its first batch and after each failure it sets the index up. An index without mentions
    is new or lost, and is rebuilt from the first change: its files may go while it is open.
    """

    def __init__(
        self,
        database: Database,
        engine: "MentionIndex",
        consumer: str,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._consumer = consumer
        self._pace = pace or Pace(MAX_BATCH)
        self._is_set_up = False

    def set_up(self, now: datetime) -> None:
        """Create what is missing of the index; start from the first change if it is empty.

        Raises:
            ConfigError: as ``MentionIndex.setup``.
            TransientError: the index did not respond.
        """
        self._engine.setup()
        if self._engine.health().docs == 0:
            with self._database.write() as tx:
                changes.commit_offset(tx, self._consumer, 0, now=now)
        self._is_set_up = True

    def run(self, now: datetime) -> StepResult:
        """Index one batch.

        Raises:
            TransientError: as :func:`index_batch`; the next call sets the index up again.
        """
        if not self._is_set_up:
            self.set_up(now)
        self._is_set_up = False
        result = index_batch(
            self._database, self._engine, consumer=self._consumer, now=now, pace=self._pace
        )
        self._is_set_up = True
        return result


def index_batch(
    database: Database,
    engine: "MentionIndex",
    *,
    consumer: str,
    now: datetime,
    pace: Pace | None = None,
) -> StepResult:
    """Index one batch of changes after the offset of *consumer*, of the size that *pace* allows.

    ``failures`` counts the changes that the index rejects for ever.

    Raises:
        TransientError: the index did not take all of them, or did not respond. The offset stays.
    """
    pace = pace or Pace(MAX_BATCH)
    with database.read() as tx:
        feed = changes.read_after(tx, changes.offset(tx, consumer), pace.limit)
        mentions_by_id = {m.id: m for m in mentions.get(tx, [i for _, i in feed])}
    costs = text_costs([mentions_by_id[i].text if i in mentions_by_id else "" for _, i in feed])
    size = pace.cut(costs)
    if not size:
        return StepResult()
    pace.report()
    with pace.timed(costs[:size]):
        batch = _build_changes(feed[:size], mentions_by_id)
        rejection_count = _apply(engine, batch)
    last_change, _ = feed[size - 1]
    with database.write() as tx:
        changes.commit_offset(tx, consumer, last_change, now=now)
    return StepResult(
        total=len(batch), successes=len(batch) - rejection_count, failures=rejection_count
    )


def _build_changes(
    feed: Sequence[tuple[int, str]], mentions_by_id: Mapping[str, Mention]
) -> list["Change"]:
    """Return the changes of *feed*, pairs of number and id; unknown ids are left out."""
    from indexer.change import build_change

    return [build_change(n, mentions_by_id[i]) for n, i in feed if i in mentions_by_id]


def _apply(engine: "MentionIndex", batch: Sequence["Change"]) -> int:
    """Apply *batch* and refresh. Return the number of permanently rejected changes."""
    from indexer.change import ChangeResult

    outcomes = engine.apply(batch)
    retries = [o for o in outcomes if o.result is ChangeResult.RETRY]
    rejections = [o for o in outcomes if o.result is ChangeResult.REJECTED]
    if retries:
        raise TransientError(f"The index took {len(batch) - len(retries)} of {len(batch)} changes.")
    for outcome in rejections:
        log.error("mention.rejected", mention=outcome.id, reason=outcome.reason)
    engine.refresh()
    return len(rejections)
