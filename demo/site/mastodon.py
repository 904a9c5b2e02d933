"""The part of the Mastodon API that visitors may use: timelines, one status, the instance."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from demo.site.answer import Answer, Ask, stamped
from demo.site.html import page_html, post_html, text_html
from demo.timeline import Board, Entry, Replay

LIMIT: Final = 40  # the most statuses that the API gives at once
USUAL: Final = 20  # what it gives where nobody asks for a number
_TAG: Final = re.compile(r"#(\w+)")


def answer(replay: Replay, board: Board, ask: Ask) -> Answer | None:
    """What the instance *board* says; None where it has nothing at that address."""
    shown = board.until(ask.now)
    match ask.parts:
        case ("api", "v1", "timelines", "public"):
            return _timeline(replay, board, ask, shown)
        case ("api", "v1", "timelines", "tag", tag):
            return _timeline(replay, board, ask, _tagged(tag, shown))
        case ("api", "v1", "statuses", status):
            called = _called(status, shown)
            return _json(_status(replay, board, called[0])) if called else None
        case ("api", "v2", "instance"):
            return _json(_instance(replay, board))
        case (_, status) | ("users", _, "statuses", status):
            return _page(board, _called(status, shown))
        case _:
            return None


def _tagged(tag: str, shown: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in shown if tag.lower() in _tags(entry.text)]


def _called(status: str, shown: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in shown if entry.status == status]


def _timeline(replay: Replay, board: Board, ask: Ask, shown: Sequence[Entry]) -> Answer:
    """Newest first. ``min_id`` gives those next after it, ``since_id`` the newest after it."""
    after = _flake(ask, "min_id") or _flake(ask, "since_id")
    before = _flake(ask, "max_id")
    found = [e for e in shown if after < int(e.status) and (not before or int(e.status) < before)]
    limit = min(int(_number(ask, "limit") or USUAL), LIMIT)
    page = (found[:limit] if "min_id" in ask.query else found[-limit:])[::-1]
    told = stamped(_json([_status(replay, board, entry) for entry in page]), page)
    return replace(told, headers={**told.headers, **_link(replay, board, ask, page)})


def _link(replay: Replay, board: Board, ask: Ask, page: Sequence[Entry]) -> Mapping[str, str]:
    if not page:
        return {}
    here = f"{replay.base}/{board.slug}/{'/'.join(ask.parts)}"
    kept = {key: ask.query[key] for key in ("limit", "local") if key in ask.query}
    older = urlencode({**kept, "max_id": page[-1].status})
    newer = urlencode({**kept, "min_id": page[0].status})
    return {"link": f'<{here}?{older}>; rel="next", <{here}?{newer}>; rel="prev"'}


def _status(replay: Replay, board: Board, entry: Entry) -> dict[str, Any]:
    parent = None if entry.parent is None else replay.entries[entry.parent].status
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
            "bot": False,
            "locked": False,
            "noindex": False,
        },
        "reblog": None,
        "tags": [
            {"name": tag, "url": f"{replay.base}/{board.slug}/tags/{tag}"}
            for tag in sorted(_tags(entry.text))
        ],
        "replies_count": 0,
        "reblogs_count": entry.number * 7 % 5,  # some engagement, the same at every reading
        "favourites_count": entry.number * 11 % 23,
    }


def _instance(replay: Replay, board: Board) -> dict[str, Any]:
    access = {"local": "public", "remote": "public"}
    return {
        "domain": replay.base.partition("//")[2] + "/" + board.slug,
        "title": board.name,
        "version": "4.5.0",
        "configuration": {"timelines_access": {"live_feeds": access, "hashtag_feeds": access}},
    }


def _page(board: Board, found: Sequence[Entry]) -> Answer | None:
    if not found:
        return None
    posts = [post_html(entry, anchor=entry.status, link=entry.url) for entry in found]
    return stamped(Answer(body=page_html(board.name, "".join(posts))), found)


def _tags(text: str) -> set[str]:
    return {tag.lower() for tag in _TAG.findall(text)}


def _flake(ask: Ask, name: str) -> int:
    return int(_number(ask, name) or 0)


def _number(ask: Ask, name: str) -> str:
    word = ask.query.get(name, "")
    return word if word.isdecimal() and len(word) < 25 else ""  # noqa: PLR2004 - 64 bits are 20


def _json(value: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return stamped(Answer(body=body, content_type="application/json; charset=utf-8"), ())
