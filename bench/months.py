"""Detection on invented months, as the model that ships reads them: what is missed, what false.

The months are those of the demo, at times that cover the day, the week and both changes of the
clock; every second one is calm. They are read and judged, but neither crawled nor stored.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from alerts.detection.detector import Setting, detect, units_of
from alerts.detection.lifecycle import Event, NotifyReason
from bench.demos import moments
from config.settings import Settings
from core.analysis import AnalysisResult, PendingMention
from core.incident import Kind
from core.observation import Observation
from demo.corpus import Corpus, generate
from demo.ground_truth import is_readable, matcher, visible_text, watches
from demo.timeline import Entry, Replay
from demo.workspace import taxonomy
from harken import wiring
from harken.settings_sync import topic_values
from nlp.analyse import Spoken, analyse
from nlp.models.e5 import E5
from nlp.text.duplicates import family_key
from nlp.topic_classifier import Taxonomy

TOGETHER: Final = 256  # texts
ALL: Final = timedelta(days=27)  # so long ago listening began: all that was a crisis since is told
NEAR: Final = timedelta(hours=2)  # an onset further off tells of something else

Heard = Mapping[str, Sequence[Observation]]  # by watch


class Reader:
    """The model that ships and the topics of the demo."""

    def __init__(self) -> None:
        self._model = E5()
        settings = Settings(state=Path("unused"), topics=taxonomy())
        topics = topic_values(settings)
        self._topics = Taxonomy(topics, self._model.embed, self._model.near)
        self.ids = self._topics.ids

    def read(self, corpus: Corpus, now: datetime) -> Heard:
        """What a whole crawl of *corpus* at *now* would have the detector see."""
        match = matcher(corpus)
        entries = {
            str(entry.number): entry
            for entry in Replay(corpus, now, "http://bench.invalid").entries
            if entry.published <= now and is_readable(entry)
        }
        works = [_work(i, entry, match(visible_text(entry.text))) for i, entry in entries.items()]
        heard: dict[str, list[Observation]] = defaultdict(list)
        spoken = wiring.spoken({watch.slug: watch for watch in watches(corpus)})
        for work, found in self._judged([w for w in works if w.watches], spoken):
            for watch in work.watches:
                heard[watch].append(_utterance(entries[work.id], found, watch))
        return heard

    def _judged(
        self, works: Sequence[PendingMention], spoken: Spoken
    ) -> Iterator[tuple[PendingMention, AnalysisResult]]:
        for first in range(0, len(works), TOGETHER):
            some = works[first : first + TOGETHER]
            found = analyse(some, self._model, self._topics, spoken=spoken)
            yield from zip(some, found, strict=True)


def months(count: int) -> Iterator[dict[str, Any]]:
    """A row for each of *count* months, as it is judged."""
    reader = Reader()
    for seed, now in enumerate(moments(count)):
        calm = bool(seed % 2)
        corpus = generate(seed, now, calm=calm)
        events = told(corpus, reader.read(corpus, now), now, reader.ids)
        yield {"seed": seed, "now": now, "calm": calm} | judged(corpus, events, now)


def told(corpus: Corpus, heard: Heard, now: datetime, topics: Sequence[str]) -> list[Event]:
    """Every crisis of the month, of all watches, by one step of detection at *now*."""
    listened = watches(corpus)
    setting = Setting(
        taxonomy=tuple(topics),
        units=sum(len(units_of(watch, topics)) for watch in listened),
        backfilled_at=now - ALL,
    )
    events = [
        event
        for watch in listened
        for event in detect(watch, heard.get(watch.slug, ()), None, now, setting).events
    ]
    return [e for e in events if e.kind is Kind.CRISIS and e.reason is NotifyReason.OPENED]


def judged(corpus: Corpus, events: Sequence[Event], now: datetime) -> dict[str, Any]:
    """How many crises of *corpus* were missed, how many *events* are none, and how far off in s."""
    true = {i.watch: now + timedelta(seconds=i.onset_s) for i in corpus.incidents}
    errors = [
        (event.watch, event.spike.onset - true[event.watch])
        for event in events
        if event.spike and event.watch in true
    ]
    right = {watch: error for watch, error in errors if abs(error) <= NEAR}
    return {
        "missed": len(true.keys() - right.keys()),
        "false": len(events) - len(right),
        "onset_error_s": [round(error.total_seconds()) for error in right.values()],
    }


def _work(name: str, entry: Entry, watches: Mapping[str, str]) -> PendingMention:
    return PendingMention(
        id=name,
        text=entry.text,
        text_sha256="",
        claimed_language=entry.language,
        watches=tuple(watches),
    )


def _utterance(entry: Entry, found: AnalysisResult, watch: str) -> Observation:
    by_watch = {verdict.watch: verdict for verdict in found.verdicts}
    whole = by_watch.get(None)
    verdict = by_watch.get(watch, whole)
    return Observation(
        id=str(entry.number),
        at=entry.published,
        first_seen=entry.published,
        voice=f"{entry.board}/{entry.author}",
        sentiment=verdict.sentiment if verdict else None,
        topics=whole.topics if whole else (),
        family=family_key(entry.text),
    )
