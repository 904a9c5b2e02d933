"""The deliberate faults of the site: a rate limit, a broken feed, sites that are down."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from demo.corpus import BROKEN, PRIVATE
from demo.site.answer import SiteResponse
from demo.timeline import Board, Timeline

RETRY_AFTER_S: Final = 2
ROBOTS: Final = f"User-agent: *\nDisallow: /{PRIVATE}/\n"

# A feed that stops in the middle of a tag.
GARBAGE: Final = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Broken & br\xe9ak</ti'


class Faults:
    """The faults of one running site.

    *control* is a file with ``{"down": [SLUG, …]}``. It is read again after each change. Without a
    file no site is down.
    """

    def __init__(self, timeline: Timeline, control: Path | None = None) -> None:
        self._limited_path: str | None = rate_limited_path(timeline)
        self._control = control
        self._control_mtime_ns = 0
        self._down: Collection[str] = ()

    def fault_for(self, path: str, slug: str) -> SiteResponse | None:
        """Return the faulty response to *path* on the site *slug*; None: there is no fault."""
        if slug in self._down_now():
            return SiteResponse(status=503, body=b"down", content_type="text/plain")
        if slug == BROKEN:
            return SiteResponse(body=GARBAGE, content_type="application/rss+xml")
        if path == self._limited_path:
            self._limited_path = None  # the first time only
            retry = {"retry-after": str(RETRY_AFTER_S)}
            return SiteResponse(
                status=429, body=b"slow down", content_type="text/plain", headers=retry
            )
        return None

    def _down_now(self) -> Collection[str]:
        try:
            mtime_ns = self._control.stat().st_mtime_ns if self._control else 0
            if self._control and mtime_ns != self._control_mtime_ns:
                self._down = frozenset(json.loads(self._control.read_text("utf-8"))["down"])
                self._control_mtime_ns = mtime_ns
        except FileNotFoundError:
            self._down = ()
        except (ValueError, KeyError, TypeError):
            pass  # partly written: the next request reads it again
        return self._down


def rate_limited_path(timeline: Timeline) -> str | None:
    """Return the path that answers 429 once: the entry of the smallest site, for a short wait."""
    honest = [board for slug, board in timeline.boards.items() if slug not in (PRIVATE, BROKEN)]
    smallest = min(honest, key=lambda board: len(board.entries), default=None)
    return entry_path(smallest) if smallest else None


def entry_path(board: Board) -> str:
    """Return the path at which a crawl of *board* begins."""
    if board.kind == "forum":
        return f"/{board.slug}/"
    if board.kind == "mastodon":
        return f"/{board.slug}/api/v1/timelines/public"
    return f"/{board.slug}/feed.xml"
