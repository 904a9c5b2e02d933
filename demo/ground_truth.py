"""The result of a perfect crawl of the replay site, to compare a database with."""

from collections.abc import Callable, Mapping
from datetime import datetime

from core.watch import Watch
from demo.corpus import BROKEN, PRIVATE
from demo.corpus_model import Corpus, CorpusWatch, Line
from demo.sanitize import visible_text
from demo.timeline import Entry, Timeline
from indexer.percolate import Percolator

__all__ = [
    "expected_count",
    "expected_lines",
    "is_readable",
    "matcher",
    "published_lines",
    "visible_text",
    "watches",
]


def matcher(corpus: Corpus) -> Callable[[str], Mapping[str, str]]:
    """Return a function from a text to the watches of *corpus* that it matches.

    Raises:
        ConfigError: the query of a watch cannot be used; the message names the watch.
    """
    return Percolator(watches(corpus)).match


def watches(corpus: Corpus) -> list[Watch]:
    """Return the watches of *corpus*."""
    return [_watch(watch) for watch in corpus.watches]


def is_readable(entry: Entry) -> bool:
    """Return whether a crawl can read *entry*: robots.txt allows it and its feed is valid."""
    return entry.board not in (PRIVATE, BROKEN)


def published_lines(corpus: Corpus, started_at: datetime, at: datetime) -> list[Line]:
    """Return the lines that a site started at *started_at* has published by *at*."""
    timeline = Timeline(corpus, started_at, "")
    return [corpus.lines[entry.number] for entry in timeline.entries if entry.published <= at]


def expected_lines(
    corpus: Corpus, started_at: datetime, base: str, at: datetime
) -> Mapping[str, Line]:
    """Return by uri all lines that a crawl of the site at *base* can find by *at*.

    Lines that match no watch are included; the product may drop those.
    """
    timeline = Timeline(corpus, started_at, base)
    return {
        entry.uri: corpus.lines[entry.number]
        for entry in timeline.entries
        if entry.published <= at and is_readable(entry)
    }


def expected_count(corpus: Corpus, started_at: datetime, base: str, at: datetime) -> int:
    """Return the number of posts that a complete crawl stores by *at*: those that match a watch."""
    match = matcher(corpus)
    lines = expected_lines(corpus, started_at, base, at)
    return sum(bool(match(visible_text(line.text))) for line in lines.values())


def _watch(watch: CorpusWatch) -> Watch:
    return Watch(slug=watch.slug, name=watch.slug, kind=watch.kind, query=watch.query, revision="")
