"""Who answers whom: drafts in the order of time become threads, comments and replies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from demo.market import Draft

OPEN_FOR: Final = timedelta(days=4)  # a thread that was silent for longer is answered no more
CHANCE: Final = {"forum": 0.9, "mastodon": 0.15, "rss": 1.0, "atom": 1.0}  # that a post answers one
LONGEST: Final = 60  # posts in one thread

Key = tuple[str, ...]


@dataclass(slots=True)
class _Thread:
    root: int
    last: datetime
    size: int = 1


def parents(drafts: Sequence[Draft], rng: Random) -> list[int | None]:
    """For each of *drafts* (sorted by time) the place in it of the draft that it answers."""
    threads: dict[Key, _Thread] = {}
    found: list[int | None] = []
    for place, draft in enumerate(drafts):
        thread = _open_thread(threads, draft)
        if thread and _is_answer(draft, rng):
            thread.last, thread.size = draft.at, thread.size + 1
            found.append(thread.root)
        else:
            started = _Thread(place, draft.at)
            threads.update(dict.fromkeys(_keys(draft), started))
            found.append(None)
    return found


def _is_answer(draft: Draft, rng: Random) -> bool:
    if draft.is_article:
        return False
    is_told_in_one_thread = draft.story != "ordinary" and draft.place.kind == "forum"
    return is_told_in_one_thread or rng.random() < CHANCE[draft.place.kind]


def _open_thread(threads: dict[Key, _Thread], draft: Draft) -> _Thread | None:
    for key in _keys(draft):
        thread = threads.get(key)
        if thread and draft.at - thread.last < OPEN_FOR and thread.size < LONGEST:
            return thread
    return None


def _keys(draft: Draft) -> Iterator[Key]:
    """Where a draft looks for company, nearest first."""
    here = (draft.place.site, draft.language, draft.watch or "")
    yield (*here, draft.thread)
    if draft.place.kind in ("rss", "atom"):  # a comment has to stand under some article
        yield here
