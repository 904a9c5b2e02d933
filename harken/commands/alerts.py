"""``harken detect``, ``deliver`` and ``digest``: from incidents to emails."""

from typing import Annotated

import typer

from harken.commands.options import STEP, Invocation, shared_options


@shared_options(STEP)
def detect(invocation: Invocation) -> None:
    """Detect incidents and queue their emails.

    Example: harken detect
    """
    from harken.pipeline.drift import watch_drift
    from harken.runtime.alert_loop import AlertLoop

    settings, database = invocation.open()
    alert_loop = AlertLoop(database, settings, invocation.clock)
    event_count = alert_loop.detect()
    alert_loop.find_silences()
    watch_drift(database, now=invocation.clock.now())
    result = {"events": event_count, "started": event_count is not None}
    line = (
        "detect: waiting for the first back-fill"
        if event_count is None
        else f"detect: new events: {event_count}"
    )
    invocation.print_result("detect", result, [line])


@shared_options(STEP)
def deliver(invocation: Invocation) -> None:
    """Send the emails that are due.

    Example: harken deliver
    """
    from harken import wiring
    from harken.pipeline.deliver import deliver_due

    settings, database = invocation.open()
    step_result = deliver_due(database, wiring.channels(settings), now=invocation.clock.now())
    result = {
        "due": step_result.total,
        "sent": step_result.successes,
        "failed": step_result.failures,
    }
    line = f"deliver: {result['due']} due, {result['sent']} sent, {result['failed']} failed"
    invocation.print_result("deliver", result, [line], ok=not step_result.failures)


@shared_options(STEP)
def digest(
    invocation: Invocation,
    date: Annotated[
        str | None, typer.Option("--date", help="Local date, YYYY-MM-DD. Default: all due.")
    ] = None,
) -> None:
    """Queue the digests that are due, or those of one day.

    Example: harken digest --date 2026-11-21
    """
    from harken.runtime.alert_loop import AlertLoop

    settings, database = invocation.open()
    count = AlertLoop(database, settings, invocation.clock).digest(date)
    invocation.print_result("digest", {"written": count}, [f"digest: {count} queued"])
