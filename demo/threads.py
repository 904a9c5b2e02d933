"""Who answers whom: drafts in the order of time become threads, comments and replies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from demo.market import Draft

MAX_PAUSE: Final = timedelta(days=4)  # a thread that was silent for longer is answered no more
ANSWER_CHANCE: Final = {
    "forum": 0.9,
    "mastodon": 0.15,
    "rss": 1.0,
    "atom": 1.0,
}  # that a post answers one
MAX_POSTS: Final = 60  # posts in one thread

Key = tuple[str, ...]


@dataclass(slots=True)
class _Thread:
    root: int
    last: datetime
    size: int = 1


def parents(drafts: Sequence[Draft], rng: Random) -> list[int | None]:
    """For each of *drafts* (sorted by time) the place in it of the draft that it answers."""
    threads: dict[Key, _Thread] = {}
    parent_numbers: list[int | None] = []
    for index, draft in enumerate(drafts):
        thread = _open_thread(threads, draft)
        if thread and _is_answer(draft, rng):
            thread.last, thread.size = draft.at, thread.size + 1
            parent_numbers.append(thread.root)
        else:
            new_thread = _Thread(index, draft.at)
            threads.update(dict.fromkeys(_keys(draft), new_thread))
            parent_numbers.append(None)
    return parent_numbers


def _is_answer(draft: Draft, rng: Random) -> bool:
    if draft.is_article:
        return False
    is_single_thread = draft.story != "ordinary" and draft.venue.kind == "forum"
    return is_single_thread or rng.random() < ANSWER_CHANCE[draft.venue.kind]


def _open_thread(threads: dict[Key, _Thread], draft: Draft) -> _Thread | None:
    for key in _keys(draft):
        thread = threads.get(key)
        if thread and draft.at - thread.last < MAX_PAUSE and thread.size < MAX_POSTS:
            return thread
    return None


def _keys(draft: Draft) -> Iterator[Key]:
    """Where a draft looks for company, nearest first."""
    site_key = (draft.venue.site, draft.language, draft.watch or "")
    yield (*site_key, draft.thread)
    if draft.venue.kind in ("rss", "atom"):  # a comment has to stand under some article
        yield site_key
