"""What a perfect crawl of the replay site would hold, to compare a record with."""

from collections.abc import Callable, Mapping
from datetime import datetime

from core.watch import Watch
from demo.corpus import BROKEN, PRIVATE
from demo.corpus_model import Corpus, Line, Wanted
from demo.sanitize import visible_text
from demo.timeline import Entry, Replay
from indexer.percolate import Percolator

__all__ = ["expected", "is_readable", "matcher", "published", "visible_text", "watches"]


def matcher(corpus: Corpus) -> Callable[[str], Mapping[str, str]]:
    """Which watches of *corpus* a text concerns.

    Raises:
        ConfigError: the query of a watch cannot be used; the message names the watch.
    """
    return Percolator(watches(corpus)).match


def watches(corpus: Corpus) -> list[Watch]:
    """What *corpus* wants listened for."""
    return [_watch(wanted) for wanted in corpus.watches]


def is_readable(entry: Entry) -> bool:
    """Whether an honest crawl can read *entry*: robots.txt allows it, the feed is whole."""
    return entry.board not in (PRIVATE, BROKEN)


def published(corpus: Corpus, started: datetime, at: datetime) -> list[Line]:
    """The lines that a site started at *started* has published by *at*."""
    replay = Replay(corpus, started, "")
    return [corpus.lines[entry.number] for entry in replay.entries if entry.published <= at]


def expected(corpus: Corpus, started: datetime, base: str, at: datetime) -> Mapping[str, Line]:
    """By uri, all lines that an honest crawl of the site at *base* finds by *at*.

    Lines that match no watch are among them: a record may drop those.
    """
    replay = Replay(corpus, started, base)
    return {
        entry.uri: corpus.lines[entry.number]
        for entry in replay.entries
        if entry.published <= at and is_readable(entry)
    }


def _watch(wanted: Wanted) -> Watch:
    return Watch(
        slug=wanted.slug, name=wanted.slug, kind=wanted.kind, query=wanted.query, revision=""
    )
