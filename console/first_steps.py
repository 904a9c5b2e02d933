"""Why there is no mention yet, and what to do: an empty page is no calm one."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from store.crawl import runs, sources
from store.crawl.sources import SourceRecord
from templates.contexts.layout import EmptyNote
from templates.i18n import Message, msg

# Lines for harken.yaml; each alone is complete.
SOURCE_LINES: Final = """\
sources:
  - slug: blog
    kind: feed
    every: 15m
    options:
      url: https://blog.example.org/feed.xml"""
WATCH_LINES: Final = """\
watches:
  - slug: acme
    name: Acme
    query: acme"""
MAIL_LINES: Final = """\
mail:
  host: smtp.example.org
  sender: Harken <harken@example.org>"""


def explain_emptiness(
    tx: Connection, *, now: datetime, file: str, has_watches: bool, is_empty: bool
) -> EmptyNote | None:
    """Return the note of an installation without sources, watches or mentions, in this order.

    *file* is the name of the settings file; *has_watches*: a watch is active; *is_empty*: no
    mention is stored. None: there is something to show.
    """
    active_sources = sources.active(tx)
    if not active_sources:
        if not has_watches:
            lines = f"{WATCH_LINES}\n{SOURCE_LINES}"
            return _note_on_settings(msg("first.no_watch_no_source", file=file), file, lines)
        return _note_on_settings(msg("first.no_source", file=file), file, SOURCE_LINES)
    if not has_watches:
        return _note_on_settings(msg("first.no_watch", file=file), file, WATCH_LINES)
    if not is_empty:
        return None
    return EmptyNote(
        title=msg("first.no_mention"),
        sentences=(_progress(tx, active_sources, now),),
        url="/sources",
        link=msg("first.sources"),
    )


def _note_on_settings(sentence: Message, file: str, lines: str) -> EmptyNote:
    check = msg("first.check", file=file)
    return EmptyNote(
        title=msg("first.nothing"), sentences=(sentence,), lines=lines, final_sentence=check
    )


def _progress(tx: Connection, active: list[SourceRecord], now: datetime) -> Message:
    """Return a sentence on the crawl that runs, the failures, or the next crawl."""
    due = min(source.due for source in active)
    first_crawls = [source for source in active if source.first_ok is None]
    if runs.running_count(tx):
        return msg("first.crawling", count=len(active))
    if first_crawls and all(source.failures for source in active):
        return msg("first.failing", count=len(active), due=max(due, now))
    if first_crawls:
        return msg("first.waiting", due=max(due, now))
    return msg("first.unmatched", count=len(active), due=max(due, now))
