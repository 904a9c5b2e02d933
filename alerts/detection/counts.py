"""Count voices, not messages: who was heard in each 5-minute bucket, by stream and by unit. Pure.

A unit is the watch as a whole (None) or one of its topics. What is counted in a bucket depends only
on the mentions of the six hours before it, so a step may load the newest part of the record alone
and finds the same numbers.
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
from core.timestamps import BUCKET, floor

Unit: TypeAlias = str | None
Span: TypeAlias = tuple[datetime, datetime]

VOICE_MEMORY: Final = timedelta(hours=6)  # the widest window: a voice counts once in any of them
# A copy shows that words spread, not that one more person has met the trouble. Three may say the
# same in good faith (a slogan, a quoted headline); one copied text alone never reaches the excess
# of voices that a crisis needs (alerts.detection.crisis.EXCESS).
COPIES: Final = 3
HELD_BUCKETS: Final = 2  # after a gap: the crawlers' catch-up is neither calm nor a crisis


class Stream(IntEnum):
    """What is counted; the place on the second axis of :attr:`Counts.voices`."""

    NEGATIVE = 0
    SCORED = 1
    VOLUME = 2  # every voice, unscored languages as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Voices by bucket; the first axis of every array is the bucket."""

    start: datetime  # of the first bucket
    units: tuple[Unit, ...]
    voices: Ints  # (buckets, streams, units)
    heard: Bools  # (buckets,); False: the sources were not heard, so zero means unknown
    minute: Ints  # (buckets,); minute of the week on the watch's clock, Monday 00:00 = 0

    def bucket(self, at: datetime) -> int:
        """The place of the bucket that holds *at*; may lie outside the arrays."""
        return (at - self.start) // BUCKET

    def time(self, bucket: int) -> datetime:
        """When *bucket* starts."""
        return self.start + bucket * BUCKET


def count(
    utterances: Sequence[Observation], units: Sequence[Unit], span: Span, zone: ZoneInfo
) -> Counts:
    """The voices in the buckets from *span*'s start up to the one that holds its end.

    For exact counts *utterances* must reach 6 h further back than *span*; order does not matter.
    """
    start = floor(span[0])
    shape = ((floor(span[1]) - start) // BUCKET + 1, len(Stream), len(units))
    voices = np.zeros(shape, np.int64)
    place = {unit: index for index, unit in enumerate(units)}
    memory = _Memory()
    for utterance in sorted(utterances, key=lambda u: (u.at, u.id)):
        bucket = (utterance.at - start) // BUCKET
        for stream in _streams(utterance):
            for unit in {None, *utterance.topics} & place.keys():
                if memory.admits(utterance, (unit, stream)) and 0 <= bucket < shape[0]:
                    voices[bucket, stream, place[unit]] += 1
    return Counts(
        start=start,
        units=tuple(units),
        voices=voices,
        heard=np.ones(shape[0], np.bool_),
        minute=minutes_of_week(start, shape[0], zone),
    )


def mute(counts: Counts, gaps: Sequence[Span], begun: datetime) -> Counts:
    """*counts* with all before *begun*, the buckets that *gaps* touch and two after as unknown."""
    heard = counts.heard.copy()
    heard[: max(counts.bucket(begun), 0)] = False
    for start, end in gaps:
        last = counts.bucket(end - timedelta(microseconds=1))
        heard[max(counts.bucket(start), 0) : max(last + 1 + HELD_BUCKETS, 0)] = False
    return Counts(
        start=counts.start,
        units=counts.units,
        voices=counts.voices * heard[:, None, None],
        heard=heard,
        minute=counts.minute,
    )


def _streams(utterance: Observation) -> tuple[Stream, ...]:
    if utterance.negative is None:
        return (Stream.VOLUME,)
    return tuple(Stream) if utterance.negative else (Stream.SCORED, Stream.VOLUME)


class _Memory:
    """Who was heard in the six hours before, by unit and stream; mentions must come in order."""

    def __init__(self) -> None:
        self._voices: dict[tuple[object, ...], datetime] = {}
        self._families: dict[tuple[object, ...], dict[str, datetime]] = {}

    def admits(self, utterance: Observation, place: tuple[Unit, Stream]) -> bool:
        """Remember *utterance*; true if its voice and its words are new evidence at *place*."""
        voice = utterance.author_key
        new = _silent(self._voices.get((*place, voice)), utterance.at)
        self._voices[(*place, voice)] = utterance.at
        if utterance.family is None:
            return new
        speakers = self._families.setdefault((*place, utterance.family), {})
        own = speakers.pop(voice, None)
        others = sum(not _silent(last, utterance.at) for last in speakers.values())
        if own is None and len(speakers) >= COPIES:
            del speakers[next(iter(speakers))]  # the newest COPIES decide, older ones cannot
        speakers[voice] = utterance.at
        return new and others < COPIES


def _silent(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= VOICE_MEMORY
