"""Dates of the entries of a feed of any format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from core.crawl import Post
from core.timestamps import DateProblem
from crawlers.dates.reader import DateReader, DateReading
from crawlers.dates.shared import without_shared_dates
from crawlers.text import edit_time


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTexts:
    """The dates of an entry as it states them; "" where it has none."""

    published: str
    updated: str = ""
    created: str = ""

    @property
    def stated(self) -> tuple[str, ...]:
        """The texts that are not empty, the best date of publication first."""
        return tuple(filter(None, (self.published, self.updated, self.created)))


@dataclass(frozen=True, slots=True)
class EntryDates:
    """The dates of an entry in UTC."""

    published: datetime | None
    problem: DateProblem | None  # why ``published`` is None
    edited: datetime | None


def entry_dates(feed: Any, *, now: datetime, zone: tzinfo) -> list[EntryDates]:
    """Return the dates of the entries of *feed*, as feedparser parsed it, in their order.

    *zone* is that of dates without one.
    """
    # By feedparser's names: published is pubDate, published or issued; updated is updated,
    # modified or dc:date; created is dcterms:created.
    entries = [
        DateTexts(
            published=_text(entry, "published"),
            updated=_text(entry, "updated"),
            created=_text(entry, "created"),
        )
        for entry in feed.entries
    ]
    reader = page_reader(entries, str(feed.feed.get("language") or ""), now=now, zone=zone)
    is_rss = not str(feed.get("version") or "").startswith("atom")
    return read_dates(entries, reader, is_rss=is_rss)


def page_reader(
    entries: Sequence[DateTexts], language: str, *, now: datetime, zone: tzinfo
) -> DateReader:
    """Return the reader of the dates of *entries*, of one feed with the stated *language*.

    English is mostly a default of its software and counts as none. It would decide the order of
    ``05/11/2026``.
    """
    language = language.strip().lower()
    return DateReader(
        now=now,
        zone=zone,
        language="" if language.startswith("en") else language,
        samples=[text for entry in entries for text in entry.stated],
    )


def read_dates(
    entries: Sequence[DateTexts], reader: DateReader, *, is_rss: bool = False
) -> list[EntryDates]:
    """Return the dates of *entries*, in their order."""
    published = [_published(entry, reader, is_rss=is_rss) for entry in entries]
    return [
        EntryDates(reading.at, reading.problem, _edited(entry, reading.at, reader))
        for entry, reading in zip(entries, without_shared_dates(published), strict=True)
    ]


def with_dates(posts: Iterable[Post], dates: Iterable[EntryDates]) -> tuple[Post, ...]:
    """Return *posts* with their *dates*, in the same order."""
    return tuple(
        replace(post, published=of.published, date_problem=of.problem, edited=of.edited)
        for post, of in zip(posts, dates, strict=True)
    )


def _published(entry: DateTexts, reader: DateReader, *, is_rss: bool) -> DateReading:
    """Return the publication of *entry*: the first stated date, in RSS the first readable one.

    Atom's ``updated`` may be years later than a ``published`` that cannot be read. The ``dc:date``
    of RSS is a publication.
    """
    readings = [reader.read(text) for text in entry.stated] or [reader.read(None)]
    candidates = readings if is_rss else readings[:1]
    return next((reading for reading in candidates if reading.at), readings[0])


def _edited(entry: DateTexts, published: datetime | None, reader: DateReader) -> datetime | None:
    """Return the second date of *entry* if it is later than *published*."""
    return edit_time(published, reader.read(entry.updated).at) if entry.published else None


def _text(entry: Any, name: str) -> str:
    # dict.get: entry.get() falls back from one kind of date to the other.
    value = dict.get(entry, name)
    return value.strip() if isinstance(value, str) else ""
