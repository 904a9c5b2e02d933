"""One response to one request, without a socket; the time is an argument."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.site import feeds, forum, mastodon
from demo.site.answer import SiteRequest, SiteResponse, revalidate
from demo.site.faults import ROBOTS, Faults
from demo.site.html import index_page
from demo.timeline import Timeline

_KINDS = {
    "rss": feeds.respond,
    "atom": feeds.respond,
    "forum": forum.respond,
    "mastodon": mastodon.respond,
}
_ROBOTS = SiteResponse(body=ROBOTS.encode(), content_type="text/plain; charset=utf-8")
_MISSING = SiteResponse(status=404, body=b"not found", content_type="text/plain")


class Site:
    """All sites of a corpus under one address."""

    def __init__(self, timeline: Timeline, control: Path | None = None) -> None:
        self._replay = timeline
        self._faults = Faults(timeline, control)

    def respond(
        self,
        target: str,
        now: datetime,
        *,
        if_none_match: str | None = None,
        if_modified_since: str | None = None,
    ) -> SiteResponse:
        """Return the response to GET *target* (path and query) at *now*; 304 if nothing changed."""
        response = self._route(target, now) or _MISSING
        return revalidate(response, if_none_match, if_modified_since)

    def _route(self, target: str, now: datetime) -> SiteResponse | None:
        parts = urlsplit("//host" + target if target.startswith("/") else target)
        slug, *rest = [unquote(part) for part in parts.path.removeprefix("/").split("/")]
        if not rest and slug in {"", "robots.txt"}:
            return _ROBOTS if slug else index_page(self._replay.boards.values())
        fault = self._faults.fault_for(parts.path, slug)
        board = self._replay.boards.get(slug)
        if fault or board is None:
            return fault
        query = dict(parse_qsl(parts.query))
        return _KINDS[board.kind](self._replay, board, SiteRequest(tuple(rest), query, now))


def without_body(response: SiteResponse) -> SiteResponse:
    """Return *response* as the response to HEAD."""
    return replace(response, body=b"")
