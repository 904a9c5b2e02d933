"""Detection on invented months, scored by the default model: missed and false crises.

The months are those of the demo, at times that cover the day, the week and both clock changes;
every second one is calm. They are scored and evaluated, but neither crawled nor stored.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from alerts.detection.detector import DetectionContext, detect, watch_units
from alerts.detection.lifecycle import IncidentEvent, NotifyReason
from bench.acceptance.demos import moments
from config.settings import Settings
from core.analysis import AnalysisResult, PendingMention
from core.incident import IncidentKind
from core.observation import Observation
from demo.corpus import Corpus, generate
from demo.ground_truth import is_readable, matcher, visible_text, watches
from demo.timeline import Entry, Timeline
from demo.workspace import taxonomy
from harken import wiring
from harken.settings_sync import topic_values
from nlp.analyse import TermMatcher, analyse
from nlp.models.e5 import E5
from nlp.text.duplicates import fold
from nlp.topic_classifier import TopicClassifier

BATCH_SIZE: Final = 256  # texts
HISTORY: Final = timedelta(days=27)  # since the backfill; every crisis since then is reported
MAX_ONSET_ERROR: Final = timedelta(hours=2)  # an incident with a larger error is another one

ObservationsByWatch = Mapping[str, Sequence[Observation]]  # by watch


class Reader:
    """The default model and the topics of the demo."""

    def __init__(self) -> None:
        self._model = E5()
        settings = Settings(state=Path("unused"), topics=taxonomy())
        topics = topic_values(settings)
        self._topic_classifier = TopicClassifier(
            topics, self._model.encode, self._model.topic_threshold
        )
        self.ids = self._topic_classifier.ids

    def observe(self, corpus: Corpus, now: datetime) -> ObservationsByWatch:
        """Return the observations of the detector after a whole crawl of *corpus* at *now*."""
        match = matcher(corpus)
        entries = {
            str(entry.number): entry
            for entry in Timeline(corpus, now, "http://bench.invalid").entries
            if entry.published <= now and is_readable(entry)
        }
        pending = [
            _pending_mention(i, entry, match(visible_text(entry.text)))
            for i, entry in entries.items()
        ]
        observations: dict[str, list[Observation]] = defaultdict(list)
        match_terms = wiring.term_matcher({watch.slug: watch for watch in watches(corpus)})
        for mention, result in self._analyse([w for w in pending if w.watches], match_terms):
            for watch in mention.watches:
                observations[watch].append(_observation(entries[mention.id], result, watch))
        return observations

    def _analyse(
        self, pending: Sequence[PendingMention], match_terms: TermMatcher
    ) -> Iterator[tuple[PendingMention, AnalysisResult]]:
        for first in range(0, len(pending), BATCH_SIZE):
            batch = pending[first : first + BATCH_SIZE]
            results = analyse(batch, self._model, self._topic_classifier, matched_terms=match_terms)
            yield from zip(batch, results, strict=True)


def months(count: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each of *count* months."""
    reader = Reader()
    for seed, now in enumerate(moments(count)):
        calm = bool(seed % 2)
        corpus = generate(seed, now, calm=calm)
        events = crisis_events(corpus, reader.observe(corpus, now), now, reader.ids)
        yield {"seed": seed, "now": now, "calm": calm} | score_month(corpus, events, now)


def crisis_events(
    corpus: Corpus, observations: ObservationsByWatch, now: datetime, topics: Sequence[str]
) -> list[IncidentEvent]:
    """Return the crises of all watches in the month, from one step of detection at *now*."""
    all_watches = watches(corpus)
    context = DetectionContext(
        taxonomy=tuple(topics),
        units=sum(len(watch_units(watch, topics)) for watch in all_watches),
        backfilled_at=now - HISTORY,
    )
    events = [
        event
        for watch in all_watches
        for event in detect(watch, observations.get(watch.slug, ()), None, now, context).events
    ]
    return [e for e in events if e.kind is IncidentKind.CRISIS and e.reason is NotifyReason.OPENED]


def score_month(corpus: Corpus, events: Sequence[IncidentEvent], now: datetime) -> dict[str, Any]:
    """Count the missed crises of *corpus* and the false *events*; list the onset errors in s."""
    true = {i.watch: now + timedelta(seconds=i.onset_s) for i in corpus.incidents}
    errors = [
        (event.watch, event.spike.onset - true[event.watch])
        for event in events
        if event.spike and event.watch in true
    ]
    right = {watch: error for watch, error in errors if abs(error) <= MAX_ONSET_ERROR}
    return {
        "missed": len(true.keys() - right.keys()),
        "false": len(events) - len(right),
        "onset_error_s": [round(error.total_seconds()) for error in right.values()],
    }


def _pending_mention(name: str, entry: Entry, watches: Mapping[str, str]) -> PendingMention:
    return PendingMention(
        id=name,
        text=entry.text,
        text_sha256="",
        claimed_language=entry.language,
        watches=tuple(watches),
    )


def _observation(entry: Entry, result: AnalysisResult, watch: str) -> Observation:
    by_watch = {verdict.watch: verdict for verdict in result.verdicts}
    overall = by_watch.get(None)
    verdict = by_watch.get(watch, overall)
    return Observation(
        id=str(entry.number),
        at=entry.published,
        first_seen=entry.published,
        voice=f"{entry.board}/{entry.author}",
        sentiment=verdict.sentiment if verdict else None,
        topics=overall.topics if overall else (),
        family=fold(entry.text).key,
    )
