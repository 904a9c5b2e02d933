"""Threads, comments and replies from drafts in the order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from demo.market import Draft

MAX_PAUSE: Final = timedelta(days=4)  # after a longer pause a thread gets no more answers
ANSWER_CHANCE: Final = {
    "forum": 0.9,
    "mastodon": 0.15,
    "rss": 1.0,
    "atom": 1.0,
}  # that a post is an answer
MAX_POSTS: Final = 60  # posts in one thread

Key = tuple[str, ...]


@dataclass(slots=True)
class _Thread:
    root: int
    last: datetime
    size: int = 1


def parents(drafts: Sequence[Draft], rng: Random) -> list[int | None]:
    """Return for each of *drafts*, sorted by time, the index of the draft that it answers."""
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
    """Yield the keys of the threads that a draft may join, the best one first."""
    site_key = (draft.venue.site, draft.language, draft.watch or "")
    yield (*site_key, draft.thread)
    if draft.venue.kind in ("rss", "atom"):  # a comment needs an article
        yield site_key
