"""Deliver step: send the emails that are due.

A step that is killed between 2 and 3 sends the same email again, with the same Message-ID.

1. Read the messages in the outbox that are due. One whose channel is not configured stays there
   with that reason.
2. Send each over its channel.
3. Mark it sent, in a transaction of its own, only after the channel took it.
4. After a transient error, reschedule it: later after every attempt, or when the server asks.
5. After any other error, mark it failed for ever and go on with the next.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from alerts.channel import Channel
from alerts.messages.mime import from_mime
from core.errors import TransientError
from harken.logs import safe_message
from harken.pipeline.step_result import StepResult
from store.alerts import outbox
from store.database import Database

log = structlog.get_logger()

MISSING_CHANNEL: Final = "the channel {channel} is not configured"
RETRY_DELAYS_S: Final = (5, 15, 60, 300, 900, 3600)  # before the next attempt; the last one repeats


def deliver_due(
    database: Database, channels: Mapping[str, Channel], *, now: datetime
) -> StepResult:
    """Send each message that is due at *now* over one of *channels*, by name.

    ``failures`` counts those that were not sent, for whatever reason.
    """
    with database.read() as tx:
        messages = outbox.due(tx, now=now, channels=channels.keys())
        waiting = outbox.due_elsewhere(tx, channels.keys(), now=now)
    _explain_wait(database, waiting)
    results = [_deliver(database, channels[m.channel], m, now) for m in messages]
    waiting_count = sum(waiting.values())
    return StepResult(
        total=len(results) + waiting_count,
        successes=results.count(True),
        failures=results.count(False) + waiting_count,
    )


def _explain_wait(database: Database, waiting: Mapping[tuple[str, str | None], int]) -> None:
    """Store the reason why the messages of channels that are not configured wait, once each."""
    reasons = {channel: MISSING_CHANNEL.format(channel=channel) for channel, _ in waiting}
    channels = {channel for channel, reason in waiting if reason != reasons[channel]}
    if channels:
        with database.write() as tx:
            for channel in channels:
                outbox.explain_wait(tx, channel, reason=reasons[channel])


def _deliver(
    database: Database, channel: Channel, message: outbox.OutboxEntry, now: datetime
) -> bool:
    """Send *message*. Return False if it was not sent."""
    try:
        channel.send(from_mime(message.eml))
    except TransientError as error:
        delay_s = RETRY_DELAYS_S[min(message.attempts, len(RETRY_DELAYS_S) - 1)]
        due = now + timedelta(seconds=error.retry_after or delay_s)
        with database.write() as tx:
            outbox.reschedule(tx, message.id, due=due, reason=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - one bad email must not hold back the others
        reason = safe_message(error)
        log.error("letter.refused", key=message.key, reason=reason)
        with database.write() as tx:
            outbox.mark_failed(tx, message.id, reason=reason)
        return False
    with database.write() as tx:
        outbox.mark_sent(tx, message.id, now=now)
    log.info("letter.sent", key=message.key, message_id=message.message_id)
    return True
