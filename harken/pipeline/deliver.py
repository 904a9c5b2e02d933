"""Deliver step: send the emails that are due.

A step that is killed between 2 and 3 sends the same email again, with the same Message-ID.

1. Read the messages in the outbox that are due. One without a channel stays there.
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

RETRY_DELAYS_S: Final = (5, 15, 60, 300, 900, 3600)  # before the next attempt; the last one repeats


def deliver_due(
    database: Database, channels: Mapping[str, Channel], *, now: datetime
) -> StepResult:
    """Send each message that is due at *now* over one of *channels*, by name.

    ``failures`` counts those that were not sent, for whatever reason.
    """
    with database.read() as tx:
        messages = outbox.due(tx, now=now)
    results = [_deliver(database, channels, message, now) for message in messages]
    return StepResult(
        total=len(results), successes=results.count(True), failures=results.count(False)
    )


def _deliver(
    database: Database, channels: Mapping[str, Channel], message: outbox.OutboxEntry, now: datetime
) -> bool:
    """Send *message*. Return False if it was not sent."""
    channel = channels.get(message.channel)
    if channel is None:
        return False  # no mail server is set: the email waits, and the console displays it
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
