"""Supervision of the child processes of a run: start, restart with back-off, stop."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from config.child_environment import child_environment
from core.exit_status import describe_exit
from harken.logs import safe_message

log = structlog.get_logger()

BACKOFF_S: Final = (
    0.2,
    1.0,
    2.0,
    5.0,
    10.0,
    30.0,
)  # before the n-th restart in a row; the last one repeats
STEADY_S: Final = 30.0  # a child that ran this long resets its back-off
GRACE_S: Final = 4.0  # seconds between SIGTERM and SIGKILL


class Child:
    """Long-lived child process, restarted whenever it ends.

    *on_exit* gets its name and the reason after each end. *document* returns the text for its
    standard input at each start.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        on_exit: Callable[[str, str], None],
        *,
        document: Callable[[], str] = str,
        backoff: Sequence[float] = BACKOFF_S,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.on_exit = on_exit
        self.document = document
        self.backoff = backoff
        self.process: asyncio.subprocess.Process | None = None

    async def keep_running(self) -> None:
        """Run the child for ever; cancel to end."""
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            reason = await self._run_once()
            steady = asyncio.get_running_loop().time() - began > STEADY_S
            failures = 0 if steady else failures + 1
            try:
                await asyncio.to_thread(self.on_exit, self.name, reason)
            except Exception as error:  # noqa: BLE001 - the child must restart anyway
                log.error("child.untold", child=self.name, reason=safe_message(error))
            await asyncio.sleep(self.backoff[min(failures, len(self.backoff) - 1)])

    async def _run_once(self) -> str:
        """Run the child until it ends. Return the reason."""
        try:
            self.process = await start(self.command, self.document())
        except OSError as error:  # out of memory or handles; the next attempt may work
            log.error("child.not_started", child=self.name, reason=error.strerror)
            return f"could not be started ({error.strerror})"
        log.info("child.started", child=self.name, pid=self.process.pid)
        code = await self.process.wait()
        log.warning("child.ended", child=self.name, code=code)
        return f"stopped with {describe_exit(code)}"

    def kill(self) -> None:
        """Kill a child that hangs; :meth:`keep_running` restarts it."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def stop(self) -> None:
        """Stop the child; cancel :meth:`keep_running` first, which would restart it."""
        if self.process is not None:
            await stop(self.process)


async def start(
    command: Sequence[str], document: str = "", *, environ: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Start *command* with *document* as its standard input; it shares stdout and stderr.

    The document holds its settings; its environment, by default `child_environment`, has none.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=environ or child_environment(),
    )
    assert process.stdin is not None
    process.stdin.write(document.encode())  # the event loop sends it; the child may end before
    process.stdin.close()
    return process


async def stop(process: asyncio.subprocess.Process) -> None:
    """Send SIGTERM to *process*, and SIGKILL if it still runs after ``GRACE_S``."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
