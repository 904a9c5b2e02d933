"""From one request to one answer; no socket, and no clock but the one that is handed in."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.site import feeds, forum, mastodon
from demo.site.answer import Answer, Ask, revalidated
from demo.site.faults import ROBOTS, Faults
from demo.site.html import index_page
from demo.timeline import Replay

_KINDS = {
    "rss": feeds.answer,
    "atom": feeds.answer,
    "forum": forum.answer,
    "mastodon": mastodon.answer,
}
_ROBOTS = Answer(body=ROBOTS.encode(), content_type="text/plain; charset=utf-8")
_MISSING = Answer(status=404, body=b"not found", content_type="text/plain")


class Site:
    """All sites of a corpus under one address."""

    def __init__(self, replay: Replay, control: Path | None = None) -> None:
        self._replay = replay
        self._faults = Faults(replay, control)

    def answer(
        self,
        target: str,
        now: datetime,
        *,
        if_none_match: str | None = None,
        if_modified_since: str | None = None,
    ) -> Answer:
        """The answer to GET *target* (path and query) at *now*, with 304 where nothing changed."""
        answer = self._found(target, now) or _MISSING
        return revalidated(answer, if_none_match, if_modified_since)

    def _found(self, target: str, now: datetime) -> Answer | None:
        parts = urlsplit("//host" + target if target.startswith("/") else target)
        slug, *rest = [unquote(part) for part in parts.path.removeprefix("/").split("/")]
        if not rest and slug in {"", "robots.txt"}:
            return _ROBOTS if slug else index_page(self._replay.boards.values())
        fault = self._faults.before(parts.path, slug)
        board = self._replay.boards.get(slug)
        if fault or board is None:
            return fault
        query = dict(parse_qsl(parts.query))
        return _KINDS[board.kind](self._replay, board, Ask(tuple(rest), query, now))


def without_body(answer: Answer) -> Answer:
    """*answer* as HEAD gives it."""
    return replace(answer, body=b"")
