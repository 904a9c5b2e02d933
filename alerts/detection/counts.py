"""Counts of voices, not of mentions, in 5-minute buckets, by stream and by unit. Pure.

A unit is the watch as a whole (None) or one of its topics. The counts of a bucket depend only on
the mentions of the six hours before it: a step that loads only the newest mentions gets the same
numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from alerts.detection.seasonality import Bools, Ints, minutes_of_week
from core.observation import Observation
from core.timestamps import BUCKET_WIDTH, floor_to

Unit: TypeAlias = str | None
Interval: TypeAlias = tuple[datetime, datetime]

VOICE_WINDOW: Final = timedelta(hours=6)  # the widest window: a voice counts once in any of them
# A copy is evidence that words spread, not that one more person has the problem. Three people may
# write the same in good faith (a slogan, a quoted headline). One copied text alone never reaches
# the excess of voices that a crisis requires (alerts.detection.crisis.MIN_EXCESS).
MAX_COPIES: Final = 3
BUCKETS_MASKED_AFTER_GAP: Final = 2  # the crawlers catch up: neither calm nor a crisis


class Stream(IntEnum):
    """Kinds of counted voices; indices of the second axis of :attr:`Counts.voices`."""

    NEGATIVE = 0
    SCORED = 1
    VOLUME = 2  # every voice, unscored languages as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of voices by bucket; the first axis of every array is the bucket."""

    start: datetime  # of the first bucket
    units: tuple[Unit, ...]
    voices: Ints  # (buckets, streams, units)
    is_covered: Bools  # (buckets,); False: the sources were not crawled, so zero means unknown
    minute: Ints  # (buckets,); minute of the week on the watch's clock, Monday 00:00 = 0

    def bucket(self, at: datetime) -> int:
        """Return the index of the bucket of *at*; it may lie outside the arrays."""
        return (at - self.start) // BUCKET_WIDTH

    def time(self, bucket: int) -> datetime:
        """Return the start of *bucket*."""
        return self.start + bucket * BUCKET_WIDTH


def count_voices(
    observations: Sequence[Observation], units: Sequence[Unit], interval: Interval, zone: ZoneInfo
) -> Counts:
    """Return the voices by bucket, from the start of *interval* to the bucket of its end.

    For exact counts *observations* must reach 6 h further back than *interval*. Their order is
    free.
    """
    start = floor_to(interval[0])
    shape = ((floor_to(interval[1]) - start) // BUCKET_WIDTH + 1, len(Stream), len(units))
    voices = np.zeros(shape, np.int64)
    unit_index = {unit: index for index, unit in enumerate(units)}
    seen_authors = _SeenAuthors()
    for observation in sorted(observations, key=lambda o: (o.at, o.id)):
        bucket = (observation.at - start) // BUCKET_WIDTH
        for stream in _streams(observation):
            for unit in {None, *observation.topics} & unit_index.keys():
                if seen_authors.add(observation, (unit, stream)) and 0 <= bucket < shape[0]:
                    voices[bucket, stream, unit_index[unit]] += 1
    return Counts(
        start=start,
        units=tuple(units),
        voices=voices,
        is_covered=np.ones(shape[0], np.bool_),
        minute=minutes_of_week(start, shape[0], zone),
    )


def mask_gaps(counts: Counts, gaps: Sequence[Interval], history_start: datetime) -> Counts:
    """Return *counts* with buckets before *history_start*, in *gaps* and two after as unknown."""
    is_covered = counts.is_covered.copy()
    is_covered[: max(counts.bucket(history_start), 0)] = False
    for start, end in gaps:
        last = counts.bucket(end - timedelta(microseconds=1))
        is_covered[max(counts.bucket(start), 0) : max(last + 1 + BUCKETS_MASKED_AFTER_GAP, 0)] = (
            False
        )
    return Counts(
        start=counts.start,
        units=counts.units,
        voices=counts.voices * is_covered[:, None, None],
        is_covered=is_covered,
        minute=counts.minute,
    )


def _streams(observation: Observation) -> tuple[Stream, ...]:
    if observation.negative is None:
        return (Stream.VOLUME,)
    return tuple(Stream) if observation.negative else (Stream.SCORED, Stream.VOLUME)


class _SeenAuthors:
    """The authors of the six hours before, by unit and stream; observations must come in order."""

    def __init__(self) -> None:
        self._last_seen: dict[tuple[object, ...], datetime] = {}
        self._family_authors: dict[tuple[object, ...], dict[str, datetime]] = {}

    def add(self, observation: Observation, unit_stream: tuple[Unit, Stream]) -> bool:
        """Store *observation*; return True if author and text are new evidence at *unit_stream*."""
        voice = observation.author_key
        is_new_author = _has_expired(self._last_seen.get((*unit_stream, voice)), observation.at)
        self._last_seen[(*unit_stream, voice)] = observation.at
        if observation.family is None:
            return is_new_author
        authors = self._family_authors.setdefault((*unit_stream, observation.family), {})
        previous = authors.pop(voice, None)
        others = sum(not _has_expired(last, observation.at) for last in authors.values())
        if previous is None and len(authors) >= MAX_COPIES:
            del authors[next(iter(authors))]  # only the newest MAX_COPIES matter
        authors[voice] = observation.at
        return is_new_author and others < MAX_COPIES


def _has_expired(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= VOICE_WINDOW
