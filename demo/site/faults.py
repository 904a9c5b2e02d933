"""What goes wrong on the site on purpose: a limit, a broken feed, sites that are down."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from demo.corpus import BROKEN, PRIVATE
from demo.site.answer import Answer
from demo.timeline import Board, Replay

RETRY_AFTER_S: Final = 2
ROBOTS: Final = f"User-agent: *\nDisallow: /{PRIVATE}/\n"

# A feed that stops in the middle of a tag.
GARBAGE: Final = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Broken & br\xe9ak</ti'


class Faults:
    """The faults of one running site.

    *control* is a file with ``{"down": [SLUG, …]}``; it is read again whenever it changes, and
    where there is none nothing is down.
    """

    def __init__(self, replay: Replay, control: Path | None = None) -> None:
        self._limited: str | None = limited_entrance(replay)
        self._control = control
        self._read_at = 0
        self._down: Collection[str] = ()

    def before(self, path: str, slug: str) -> Answer | None:
        """The fault that takes the place of an answer to *path* on the site *slug*, or None."""
        if slug in self._down_now():
            return Answer(status=503, body=b"down", content_type="text/plain")
        if slug == BROKEN:
            return Answer(body=GARBAGE, content_type="application/rss+xml")
        if path == self._limited:
            self._limited = None  # the first time only
            retry = {"retry-after": str(RETRY_AFTER_S)}
            return Answer(status=429, body=b"slow down", content_type="text/plain", headers=retry)
        return None

    def _down_now(self) -> Collection[str]:
        try:
            changed = self._control.stat().st_mtime_ns if self._control else 0
            if self._control and changed != self._read_at:
                self._down = frozenset(json.loads(self._control.read_text("utf-8"))["down"])
                self._read_at = changed
        except FileNotFoundError:
            self._down = ()
        except (ValueError, KeyError, TypeError):
            pass  # half written: the next request reads it again
        return self._down


def limited_entrance(replay: Replay) -> str | None:
    """The path that answers 429 once: the way into the smallest site, so that nobody waits long."""
    honest = [board for slug, board in replay.boards.items() if slug not in (PRIVATE, BROKEN)]
    smallest = min(honest, key=lambda board: len(board.entries), default=None)
    return entrance(smallest) if smallest else None


def entrance(board: Board) -> str:
    """The path at which a crawl of *board* begins."""
    if board.kind == "forum":
        return f"/{board.slug}/"
    if board.kind == "mastodon":
        return f"/{board.slug}/api/v1/timelines/public"
    return f"/{board.slug}/feed.xml"
