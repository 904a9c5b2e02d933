"""The public part of the Mastodon API: timelines, one status, the instance."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from demo.site.answer import SiteRequest, SiteResponse, with_validators
from demo.site.html import page_html, post_html, text_html
from demo.timeline import Board, Entry, Timeline

MAX_LIMIT: Final = 40  # statuses on one page, at most
DEFAULT_LIMIT: Final = 20  # statuses on one page without a limit in the query
_TAG: Final = re.compile(r"#(\w+)")


def respond(timeline: Timeline, board: Board, request: SiteRequest) -> SiteResponse | None:
    """Return the response of the instance *board*; None: it has no such address."""
    entries = board.until(request.now)
    match request.parts:
        case ("api", "v1", "timelines", "public"):
            return _timeline(timeline, board, request, entries)
        case ("api", "v1", "timelines", "tag", tag):
            return _timeline(timeline, board, request, _with_tag(tag, entries))
        case ("api", "v1", "statuses", status):
            matches = _with_id(status, entries)
            return _json(_status(timeline, board, matches[0])) if matches else None
        case ("api", "v2", "instance"):
            return _json(_instance(timeline, board))
        case (_, status) | ("users", _, "statuses", status):
            return _page(board, _with_id(status, entries))
        case _:
            return None


def _with_tag(tag: str, entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if tag.lower() in _tags(entry.text)]


def _with_id(status: str, entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.status == status]


def _timeline(
    timeline: Timeline, board: Board, request: SiteRequest, entries: Sequence[Entry]
) -> SiteResponse:
    """Return a page, newest first.

    ``min_id`` selects the statuses right after it, ``since_id`` the newest ones after it.
    """
    after = _status_id(request, "min_id") or _status_id(request, "since_id")
    before = _status_id(request, "max_id")
    selection = [
        e for e in entries if after < int(e.status) and (not before or int(e.status) < before)
    ]
    limit = min(int(_number(request, "limit") or DEFAULT_LIMIT), MAX_LIMIT)
    page = (selection[:limit] if "min_id" in request.query else selection[-limit:])[::-1]
    response = with_validators(_json([_status(timeline, board, entry) for entry in page]), page)
    return replace(response, headers={**response.headers, **_link(timeline, board, request, page)})


def _link(
    timeline: Timeline, board: Board, request: SiteRequest, page: Sequence[Entry]
) -> Mapping[str, str]:
    if not page:
        return {}
    timeline_url = f"{timeline.base}/{board.slug}/{'/'.join(request.parts)}"
    params = {key: request.query[key] for key in ("limit", "local") if key in request.query}
    older = urlencode({**params, "max_id": page[-1].status})
    newer = urlencode({**params, "min_id": page[0].status})
    return {"link": f'<{timeline_url}?{older}>; rel="next", <{timeline_url}?{newer}>; rel="prev"'}


def _status(timeline: Timeline, board: Board, entry: Entry) -> dict[str, Any]:
    parent = None if entry.parent is None else timeline.entries[entry.parent].status
    profile = entry.url.rpartition("/")[0]
    return {
        "id": entry.status,
        "uri": entry.uri,
        "url": entry.url,
        "created_at": f"{entry.published:%Y-%m-%dT%H:%M:%S}.000Z",
        "edited_at": None,
        "in_reply_to_id": parent,
        "language": entry.language,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "content": text_html(entry.text),
        "account": {
            "id": entry.author,
            "username": entry.author,
            "acct": entry.author.lstrip("@") or entry.author,  # "@anna" is written, "anna" is meant
            "display_name": entry.author,
            "url": profile,
            "uri": profile,
            "bot": entry.is_bot,
            "locked": False,
            "noindex": False,
        },
        "reblog": None,
        "tags": [
            {"name": tag, "url": f"{timeline.base}/{board.slug}/tags/{tag}"}
            for tag in sorted(_tags(entry.text))
        ],
        "replies_count": 0,
        "reblogs_count": entry.number * 7 % 5,  # some engagement, equal in every response
        "favourites_count": entry.number * 11 % 23,
    }


def _instance(timeline: Timeline, board: Board) -> dict[str, Any]:
    access = {"local": "public", "remote": "public"}
    return {
        "domain": timeline.base.partition("//")[2] + "/" + board.slug,
        "title": board.name,
        "version": "4.5.0",
        "configuration": {"timelines_access": {"live_feeds": access, "hashtag_feeds": access}},
    }


def _page(board: Board, entries: Sequence[Entry]) -> SiteResponse | None:
    if not entries:
        return None
    posts = [post_html(entry, anchor=entry.status, link=entry.url) for entry in entries]
    return with_validators(SiteResponse(body=page_html(board.name, "".join(posts))), entries)


def _tags(text: str) -> set[str]:
    return {tag.lower() for tag in _TAG.findall(text)}


def _status_id(request: SiteRequest, name: str) -> int:
    return int(_number(request, name) or 0)


def _number(request: SiteRequest, name: str) -> str:
    word = request.query.get(name, "")
    return word if word.isdecimal() and len(word) < 25 else ""  # noqa: PLR2004 - 64 bits are 20


def _json(value: object) -> SiteResponse:
    body = json.dumps(value, ensure_ascii=False).encode()
    return with_validators(
        SiteResponse(body=body, content_type="application/json; charset=utf-8"), ()
    )
