"""The detector of the product finds exactly the crises of the ground truth in a corpus.

Sentiments are those of the corpus, with every fifth label replaced, like those of a good model.
"""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from alerts.detection.detector import DetectionContext, detect
from core.mention import Sentiment
from core.observation import Observation
from core.watch import Watch
from demo.market import TOPICS

pytestmark = pytest.mark.slow  # many months

MOODS = ("negative", "neutral", "positive")
WRONG = 0.22  # share of labels
TOPICS_OF = {"heat": ("battery", "safety"), "signin": ("app",), "billing": ("price",)}
# At night, in the morning, at noon, in the evening; the two days after the clocks change are there.
STARTS = [
    datetime(2026, 3, 29, 2, 10, tzinfo=UTC),
    datetime(2026, 6, 1, 7, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 11, 5, tzinfo=UTC),
    datetime(2026, 11, 20, 21, 45, tzinfo=UTC),
]


def observations(corpus, watch, start):
    """Yield the observations of *watch*, unscored in other languages than English."""
    rng = Random(1)
    for number, line in enumerate(corpus.lines):
        wrong = rng.random() < WRONG
        mood = rng.choice(MOODS) if wrong else corpus.notes["moods"][number]
        if corpus.notes["about"][number] != watch or line.site in ("private", "broken"):
            continue
        at, topic = start + timedelta(seconds=line.offset_s), corpus.notes["topics"][number]
        yield Observation(
            id=str(number),
            at=at,
            first_seen=max(at, start),
            voice=f"{line.site} {line.author}",
            sentiment=Sentiment(mood) if line.language == "en" else None,
            topics=TOPICS_OF.get(topic, (topic,) if topic in TOPICS else ()),
            family=line.text,
        )


def episode(corpus, slug, start, offsets):
    """Return the crisis of *slug* that is open after steps at *offsets* (seconds), or None."""
    watch = Watch(
        slug=slug, name=slug, kind="brand", query=slug, revision="1", zone="Europe/Berlin"
    )
    context = DetectionContext(taxonomy=tuple(TOPICS), units=24, backfilled_at=start)
    rows = list(observations(corpus, slug, start))
    state = None
    for second in offsets:
        now = start + timedelta(seconds=second)
        state = detect(watch, rows, state, now, context).state
    return state.episode


@pytest.mark.parametrize("start", STARTS)
def test_product_crisis_is_detected_with_its_onset(make_corpus, start):
    """Its estimated onset differs by less than two hours, in most cases by minutes."""
    corpus = make_corpus(11, start)
    crisis = episode(corpus, "velorra", start, [30])
    truth = start + timedelta(seconds=corpus.incidents[0].onset_s)
    assert abs(crisis.onset - truth) < timedelta(hours=2)
    assert crisis.severity <= 2


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("watch", ["velorra", "tandrix", "oskelo"])
def test_nothing_is_detected_without_a_crisis(make_corpus, start, watch):
    """Campaign, praise, reposts, quarrel and spam are no crisis."""
    assert episode(make_corpus(12, start, calm=True), watch, start, [30]) is None


@pytest.mark.parametrize("start", STARTS)
def test_crisis_of_the_brand_is_none_of_its_competitors(make_corpus, start):
    corpus = make_corpus(11, start)
    assert episode(corpus, "tandrix", start, [30]) is None
    assert episode(corpus, "oskelo", start, [30]) is None


@pytest.mark.parametrize("start", STARTS[:2])
def test_live_crisis_is_detected_within_two_minutes(make_corpus, start):
    corpus = make_corpus(13, start, calm=True, live=True)
    assert episode(corpus, "tandrix", start, [5]) is None
    assert episode(corpus, "tandrix", start, [5, 60, 120]) is not None
