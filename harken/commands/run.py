"""``harken run``: all steps on a schedule, and the console."""

import os

from harken.commands.options import PROCESS, Invocation, shared_options
from harken.commands.output import print_err


@shared_options(PROCESS, has_log=True)
def run(invocation: Invocation) -> None:
    """Crawl, score, index, detect and send emails on schedule, and serve the console.

    With --json one object is printed once the console is ready; Harken keeps running.

    Example: harken run --config harken.yaml
    """
    import asyncio

    from harken.runtime.run import Runtime

    def on_ready(url: str) -> None:
        """Print the URL of the console."""
        print_err(f"Harken is running. Console: {url}")
        invocation.print_result("run", {"url": url, "pid": os.getpid()}, [])

    settings, settings_file = invocation.settings(), invocation.settings_file()
    asyncio.run(Runtime(settings, settings_file, invocation.clock).serve(on_ready))
