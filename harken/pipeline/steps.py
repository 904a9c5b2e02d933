"""The product, step by step: one function a step. Each is idempotent and may be killed anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channel import Channel
from alerts.messages.mime import from_mime
from core.analysis import AnalysisResult, PendingMention
from core.errors import TransientError
from core.mention import AnalysisState
from harken import wiring
from harken.logs import safe_message
from store import changes, mentions
from store.alerts import outbox
from store.analysis import queue, rescoring
from store.analysis.queue import ATTEMPTS_BEFORE_ISOLATION
from store.database import Database

if TYPE_CHECKING:
    from indexer.change import Change
    from indexer.index import MentionIndex
    from nlp.model import Model
    from nlp.topic_classifier import TopicClassifier

log = structlog.get_logger()

# A lease outlives the slowest batch; a dead owner's is taken back.
LEASE_TIME: Final = timedelta(minutes=5)
ATTEMPTS_BEFORE_QUARANTINE: Final = 2 * ATTEMPTS_BEFORE_ISOLATION  # claims, half of them alone
DUE_WINDOW: Final = timedelta(seconds=5)
RETRY_DELAYS_S: Final = (5, 15, 60, 300, 900, 3600)  # seconds before a letter is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a step did."""

    total: int = 0
    successes: int = 0
    failures: int = 0


def analyse_batch(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    *,
    owner: str,
    now: datetime,
    limit: int = 256,
) -> StepResult:
    """Score pending mentions: lease, read with the model, write verdicts. H1 to H2.

    Where none is pending, a few of those that a replay by this model has still to read.
    """
    with database.write() as tx:
        batch = queue.lease(tx, owner, limit=limit, now=now, lease_time=LEASE_TIME)
        is_new = bool(batch)
        batch = batch or rescoring.lease(tx, owner, model.name, now=now, lease_time=LEASE_TIME)
    if not batch:
        return StepResult()
    results = _score(database, model, topic_classifier, batch)
    with database.write() as tx:
        results = results if is_new else rescoring.with_null_verdicts(tx, results)
        count = queue.save_results(tx, results, now=now)
    return StepResult(total=len(batch), successes=count)


def _score(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    batch: Sequence[PendingMention],
) -> list[AnalysisResult]:
    from nlp.analyse import analyse as judge

    if (
        batch[0].attempts >= ATTEMPTS_BEFORE_QUARANTINE
    ):  # it was tried alone, and killed its worker each time
        return [_quarantine_result(p, model.name) for p in batch]
    watches = wiring.watches(database)
    match_terms = wiring.term_matcher(watches)
    try:
        return judge(batch, model, topic_classifier, matched_terms=match_terms, watches=watches)
    except TransientError:
        with database.write() as tx:
            queue.return_unstarted(tx, [p.id for p in batch])
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


def index_batch(
    database: Database, engine: "MentionIndex", *, consumer: str, now: datetime, limit: int = 1000
) -> StepResult:
    """Bring the index up to the change feed, one batch. H2 to H3."""
    batch, last_change = _next_changes(database, consumer, limit)
    if not last_change:
        return StepResult()
    rejection_count = _apply(engine, batch)
    with database.write() as tx:
        changes.commit_offset(tx, consumer, last_change, now=now)
    return StepResult(
        total=len(batch), successes=len(batch) - rejection_count, failures=rejection_count
    )


def _next_changes(database: Database, consumer: str, limit: int) -> tuple[list["Change"], int]:
    """The next changes that *follower* has not seen, and the number of the last; none: 0."""
    from indexer.change import build_change

    with database.read() as tx:
        feed = changes.read_after(tx, changes.offset(tx, consumer), limit)
        mentions_by_id = {m.id: m for m in mentions.get(tx, [i for _, i in feed])}
    return [build_change(n, mentions_by_id[i]) for n, i in feed if i in mentions_by_id], feed[-1][
        0
    ] if feed else 0


def _apply(engine: "MentionIndex", batch: Sequence["Change"]) -> int:
    """Make *batch* durable and visible; returns how many changes the index will never take."""
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


def deliver_due(
    database: Database, channels: Mapping[str, Channel], *, now: datetime
) -> StepResult:
    """Try the letters that are due; each is marked sent only after its channel took it. H4."""
    with database.read() as tx:
        messages = outbox.due(tx, now=now)
    results = [_deliver(database, channels, message, now) for message in messages]
    return StepResult(
        total=len(results), successes=results.count(True), failures=results.count(False)
    )


def _deliver(
    database: Database, channels: Mapping[str, Channel], row: outbox.OutboxEntry, now: datetime
) -> bool:
    channel = channels.get(row.channel)
    if channel is None:
        return False  # no mail server is set: the letter waits, and is read in the console
    try:
        channel.send(from_mime(row.eml))
    except TransientError as error:
        pause = error.retry_after or RETRY_DELAYS_S[min(row.attempts, len(RETRY_DELAYS_S) - 1)]
        with database.write() as tx:
            due = now + timedelta(seconds=pause)
            outbox.reschedule(tx, row.id, due=due, reason=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - what one letter does to its channel, others go out
        reason = safe_message(error)
        log.error("letter.refused", key=row.key, reason=reason)
        with database.write() as tx:
            outbox.mark_failed(tx, row.id, reason=reason)
        return False
    with database.write() as tx:
        outbox.mark_sent(tx, row.id, now=now)
    log.info("letter.sent", key=row.key, message_id=row.message_id)
    return True


def due_sources(database: Database, *, now: datetime, limit: int) -> Mapping[str, Sequence[str]]:
    """Slugs of the sources whose time has come, by kind: what the next crawls are given."""
    from store.crawl import sources

    with database.read() as tx:  # the longest due first
        rows = sources.due(tx, now=now + DUE_WINDOW, limit=limit)
    if not rows or rows[0].due > now:
        return {}
    # Who is due in a moment comes along: a process for each would cost more.
    return {
        kind: [s.slug for s in rows if s.kind == kind] for kind in sorted({s.kind for s in rows})
    }


def close_crawl(
    database: Database, slugs: Sequence[str], *, now: datetime, has_failed: bool = False
) -> None:
    """After a crawl process is gone: the runs it left open are lost, their sources due again.

    One that *failed* may not even have begun its runs: sources that are still due wait as well, or
    it would be started again at once, for ever.
    """
    from store.crawl import runs, sources

    with database.write() as tx:
        orphans = set(runs.close_orphaned(tx, now=now, source_slugs=slugs))
        if has_failed:
            orphans |= {s.slug for s in sources.by_slug(tx, slugs) if s.due <= now}
        for slug in sorted(orphans):
            sources.record_outcome(
                tx, slug, state="failed", reason="the crawl process crashed", now=now
            )
            sources.schedule(tx, slug, due=now + timedelta(seconds=5))
