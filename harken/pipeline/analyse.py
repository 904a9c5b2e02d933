"""Analyse step: score pending mentions.

A killed step leaves leases behind, which expire, and no results.

1. Lease pending mentions, the newest first.
2. If none is pending, lease a few mentions that wait for rescoring by this model.
   Of both, return those at once that would take longer than a few seconds.
3. Quarantine a mention that killed its worker on every attempt.
4. Predict language, sentiment and topics, and extract entities. If the model itself fails, return
   the leases, so that this attempt does not count.
5. Move sentiments to the shares that a source or watch expects.
6. Write the results of the batch and end its leases in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from core.analysis import AnalysisResult, PendingMention
from core.errors import TransientError
from core.mention import AnalysisState
from harken.pipeline.pace import Pace, pieces, text_costs
from harken.pipeline.scoring import open_scorer
from harken.pipeline.step_result import StepResult
from store.analysis import queue, rescoring
from store.analysis.queue import ATTEMPTS_BEFORE_ISOLATION
from store.analysis.verdicts import save_results, with_null_verdicts
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier

LEASE_TIME: Final = timedelta(minutes=5)  # a worker that makes progress extends its leases
MAX_BATCH: Final = 256  # mentions
ATTEMPTS_BEFORE_QUARANTINE: Final = 2 * ATTEMPTS_BEFORE_ISOLATION  # leases, half of them alone


def analyse_batch(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    *,
    owner: str,
    now: datetime,
    pace: Pace | None = None,
) -> StepResult:
    """Score one batch of the size that *pace* allows, leased in the name of *owner*.

    ``total`` counts the scored mentions, ``successes`` those whose result was still needed.

    Raises:
        TransientError: the model failed. The mentions are pending again.
    """
    pace = pace or Pace(MAX_BATCH)
    with database.write() as tx:
        batch = queue.lease(tx, owner, limit=pace.limit, now=now, lease_time=LEASE_TIME)
        is_new = bool(batch)
        batch = batch or rescoring.lease(tx, owner, model.name, now=now, lease_time=LEASE_TIME)
        costs = text_costs([pending.text for pending in batch])
        size = pace.cut(costs)
        queue.return_unstarted(tx, [pending.id for pending in batch[size:]])
    if not batch:
        return StepResult()
    with pace.timed(costs[:size]):
        results = _score(database, model, topic_classifier, batch[:size], pace)
        with database.write() as tx:
            results = results if is_new else with_null_verdicts(tx, results)
            count = save_results(tx, results, now=now)
    return StepResult(total=size, successes=count)


def _score(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    batch: Sequence[PendingMention],
    pace: Pace,
) -> list[AnalysisResult]:
    """Return the results of *batch*; report progress between pieces of it."""
    if batch[0].attempts >= ATTEMPTS_BEFORE_QUARANTINE:  # leased alone, it still killed its worker
        return [_quarantine_result(p, model.name) for p in batch]
    ids = [pending.id for pending in batch]
    scorer = open_scorer(database, model, topic_classifier, ids)
    try:
        return [result for piece in pieces(batch, pace.report) for result in scorer.score(piece)]
    except TransientError:
        with database.write() as tx:
            queue.return_unstarted(tx, ids)
        raise


def _quarantine_result(pending: PendingMention, model: str) -> AnalysisResult:
    return AnalysisResult(
        id=pending.id,
        text_sha256=pending.text_sha256,
        analysis=AnalysisState.QUARANTINED,
        reason="killed_its_worker",
        language=None,
        verdicts=(),
        vector=None,
        encoder_sha256="",
        model=model,
    )
