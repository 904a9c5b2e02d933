"""The product, step by step: one function a step. Each is idempotent and may be killed anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channel import Channel
from alerts.messages.mime import from_eml
from core.analysis import AnalysisResult, PendingMention
from core.errors import TransientError
from core.mention import Analysis
from harken import wiring
from harken.logs import told
from store import changes, mentions
from store.alerts import outbox
from store.analysis import queue, rescoring
from store.analysis.queue import SUSPECT
from store.database import Record

if TYPE_CHECKING:
    from indexer.change import Change
    from indexer.index import MentionIndex
    from nlp.model import Model
    from nlp.topic_classifier import Taxonomy

log = structlog.get_logger()

# A lease outlives the slowest batch; a dead owner's is taken back.
HOLD: Final = timedelta(minutes=5)
HOPELESS: Final = 2 * SUSPECT  # claims, half of them alone
TOGETHER: Final = timedelta(seconds=5)
RETRY: Final = (5, 15, 60, 300, 900, 3600)  # seconds before a letter is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a step did."""

    taken: int = 0
    done: int = 0
    failed: int = 0


def analyse(
    record: Record,
    model: "Model",
    taxonomy: "Taxonomy",
    *,
    owner: str,
    now: datetime,
    limit: int = 256,
) -> Tally:
    """Score pending mentions: lease, read with the model, write verdicts. H1 to H2.

    Where none is pending, a few of those that a replay by this model has still to read.
    """
    with record.write() as tx:
        leased = queue.lease(tx, owner, limit=limit, now=now, hold=HOLD)
        fresh = bool(leased)
        leased = leased or rescoring.lease(tx, owner, model.name, now=now, hold=HOLD)
    if not leased:
        return Tally()
    found = _judged(record, model, taxonomy, leased)
    with record.write() as tx:
        found = found if fresh else rescoring.complete(tx, found)
        done = queue.record_findings(tx, found, now=now)
    return Tally(taken=len(leased), done=done)


def _judged(
    record: Record, model: "Model", taxonomy: "Taxonomy", leased: Sequence[PendingMention]
) -> list[AnalysisResult]:
    from nlp.analyse import analyse as judge

    if leased[0].attempts >= HOPELESS:  # it was tried alone, and killed its worker each time
        return [_hopeless(p, model.name) for p in leased]
    watches = wiring.watches(record)
    spoken = wiring.spoken(watches)
    try:
        return judge(leased, model, taxonomy, spoken=spoken, watches=watches)
    except TransientError:
        with record.write() as tx:
            queue.give_back(tx, [p.id for p in leased])
        raise


def _hopeless(pending: PendingMention, model: str) -> AnalysisResult:
    return AnalysisResult(
        id=pending.id,
        text_sha256=pending.text_sha256,
        analysis=Analysis.QUARANTINED,
        reason="killed_its_worker",
        language=None,
        verdicts=(),
        vector=None,
        encoder_sha256="",
        model=model,
    )


def index(
    record: Record, engine: "MentionIndex", *, follower: str, now: datetime, limit: int = 1000
) -> Tally:
    """Bring the index up to the change feed, one batch. H2 to H3."""
    batch, end = _feed(record, follower, limit)
    if not end:
        return Tally()
    rejected = _applied(engine, batch)
    with record.write() as tx:
        changes.advance(tx, follower, end, now=now)
    return Tally(taken=len(batch), done=len(batch) - rejected, failed=rejected)


def _feed(record: Record, follower: str, limit: int) -> tuple[list["Change"], int]:
    """The next changes that *follower* has not seen, and the number of the last; none: 0."""
    from indexer.change import change

    with record.read() as tx:
        feed = changes.after(tx, changes.position(tx, follower), limit)
        known = {m.id: m for m in mentions.get(tx, [i for _, i in feed])}
    return [change(n, known[i]) for n, i in feed if i in known], feed[-1][0] if feed else 0


def _applied(engine: "MentionIndex", batch: Sequence["Change"]) -> int:
    """Make *batch* durable and visible; returns how many changes the index will never take."""
    from indexer.change import Fate

    outcomes = engine.apply(batch)
    waiting = [o for o in outcomes if o.fate is Fate.RETRY]
    rejected = [o for o in outcomes if o.fate is Fate.REJECTED]
    if waiting:
        raise TransientError(f"The index took {len(batch) - len(waiting)} of {len(batch)} changes.")
    for outcome in rejected:
        log.error("mention.rejected", mention=outcome.id, reason=outcome.reason)
    engine.refresh()
    return len(rejected)


def deliver(record: Record, channels: Mapping[str, Channel], *, now: datetime) -> Tally:
    """Try the letters that are due; each is marked sent only after its channel took it. H4."""
    with record.read() as tx:
        letters = outbox.due(tx, now=now)
    fates = [_deliver(record, channels, letter, now) for letter in letters]
    return Tally(taken=len(fates), done=fates.count(True), failed=fates.count(False))


def _deliver(
    record: Record, channels: Mapping[str, Channel], row: outbox.OutboxRow, now: datetime
) -> bool:
    channel = channels.get(row.channel)
    if channel is None:
        return False  # no mail server is set: the letter waits, and is read in the console
    try:
        channel.send(from_eml(row.eml))
    except TransientError as error:
        pause = error.retry_after or RETRY[min(row.attempts, len(RETRY) - 1)]
        with record.write() as tx:
            due = now + timedelta(seconds=pause)
            outbox.postpone(tx, row.id, due=due, reason=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - what one letter does to its channel, others go out
        reason = told(error)
        log.error("letter.refused", key=row.key, reason=reason)
        with record.write() as tx:
            outbox.give_up(tx, row.id, reason=reason)
        return False
    with record.write() as tx:
        outbox.mark_sent(tx, row.id, now=now)
    log.info("letter.sent", key=row.key, message_id=row.message_id)
    return True


def due_sources(record: Record, *, now: datetime, limit: int) -> Mapping[str, Sequence[str]]:
    """Slugs of the sources whose time has come, by kind: what the next crawls are given."""
    from store.crawl import sources

    with record.read() as tx:  # the longest due first
        found = sources.due(tx, now=now + TOGETHER, limit=limit)
    if not found or found[0].due > now:
        return {}
    # Who is due in a moment comes along: a process for each would cost more.
    return {
        kind: [s.slug for s in found if s.kind == kind] for kind in sorted({s.kind for s in found})
    }


def close_crawl(
    record: Record, slugs: Sequence[str], *, now: datetime, failed: bool = False
) -> None:
    """After a crawl process is gone: the runs it left open are lost, their sources due again.

    One that *failed* may not even have begun its runs: sources that are still due wait as well, or
    it would be started again at once, for ever.
    """
    from store.crawl import runs, sources

    with record.write() as tx:
        lost = set(runs.close_lost(tx, now=now, among=slugs))
        if failed:
            lost |= {s.slug for s in sources.named(tx, slugs) if s.due <= now}
        for slug in sorted(lost):
            sources.settle(tx, slug, state="failed", reason="the crawl process crashed", now=now)
            sources.postpone(tx, slug, due=now + timedelta(seconds=5))
