"""The long-lived children of a run, and the tasks that keep them running."""

import asyncio
from collections.abc import Iterable, Iterator

from harken.runtime.supervisor import Child


class ChildGroup:
    """Children, each with its task once it was started."""

    def __init__(self, children: Iterable[Child]) -> None:
        self._keepers: dict[Child, asyncio.Task[None] | None] = dict.fromkeys(children)

    def __iter__(self) -> Iterator[Child]:
        return iter([*self._keepers])

    def add(self, children: Iterable[Child]) -> None:
        """Add *children*, not started yet."""
        self._keepers |= dict.fromkeys(children)

    def start(self) -> None:
        """Keep every child running from now on; needs a running event loop."""
        for child, keeper in self._keepers.items():
            if keeper is None:
                self._keepers[child] = asyncio.create_task(child.keep_running())

    async def stop(self, children: Iterable[Child]) -> None:
        """Stop *children* and remove them; returns when they have ended."""
        keepers = {child: self._keepers.pop(child) for child in children}
        tasks = [task for task in keepers.values() if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in keepers))
