"""The detector of the product finds in a corpus what the truth names, and nothing else.

Sentiment is the writers' own, of which every fifth label is wrong, as a good model's would be.
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
TELLS_OF = {"heat": ("battery", "safety"), "signin": ("app",), "billing": ("price",)}
# At night, in the morning, at noon, in the evening; the two days after the clocks change are there.
STARTS = [
    datetime(2026, 3, 29, 2, 10, tzinfo=UTC),
    datetime(2026, 6, 1, 7, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 11, 5, tzinfo=UTC),
    datetime(2026, 11, 20, 21, 45, tzinfo=UTC),
]


def utterances(corpus, watch, started):
    """What the record would hold of *watch*: unscored where a model of English is silent."""
    rng = Random(1)
    for number, line in enumerate(corpus.lines):
        wrong = rng.random() < WRONG
        mood = rng.choice(MOODS) if wrong else corpus.notes["moods"][number]
        if corpus.notes["about"][number] != watch or line.site in ("private", "broken"):
            continue
        at, told = started + timedelta(seconds=line.offset_s), corpus.notes["topics"][number]
        yield Observation(
            id=str(number),
            at=at,
            first_seen=max(at, started),
            voice=f"{line.site} {line.author}",
            sentiment=Sentiment(mood) if line.language == "en" else None,
            topics=TELLS_OF.get(told, (told,) if told in TOPICS else ()),
            family=line.text,
        )


def episode(corpus, slug, started, seconds):
    """The crisis of watch *slug* that stands open after *seconds*, or None."""
    watch = Watch(
        slug=slug, name=slug, kind="brand", query=slug, revision="1", zone="Europe/Berlin"
    )
    setting = DetectionContext(taxonomy=tuple(TOPICS), units=24, backfilled_at=started)
    heard = list(utterances(corpus, slug, started))
    standing = None
    for second in seconds:
        now = started + timedelta(seconds=second)
        standing = detect(watch, heard, standing, now, setting).state
    return standing.episode


@pytest.mark.parametrize("started", STARTS)
def test_the_product_crisis_is_found_and_dated(make, started):
    """Its onset is estimated within two hours of the truth, in most cases within minutes."""
    corpus = make(11, started)
    found = episode(corpus, "velorra", started, [30])
    truth = started + timedelta(seconds=corpus.incidents[0].onset_s)
    assert abs(found.onset - truth) < timedelta(hours=2)
    assert found.severity <= 2


@pytest.mark.parametrize("started", STARTS)
@pytest.mark.parametrize("watch", ["velorra", "tandrix", "oskelo"])
def test_without_a_crisis_nothing_is_found(make, started, watch):
    """Campaign, joy, reposts, quarrel and spam are not one."""
    assert episode(make(12, started, calm=True), watch, started, [30]) is None


@pytest.mark.parametrize("started", STARTS)
def test_a_crisis_of_the_brand_is_none_of_its_competitors(make, started):
    corpus = make(11, started)
    assert episode(corpus, "tandrix", started, [30]) is None
    assert episode(corpus, "oskelo", started, [30]) is None


@pytest.mark.parametrize("started", STARTS[:2])
def test_the_live_crisis_is_found_within_its_rush(make, started):
    corpus = make(13, started, calm=True, live=True)
    assert episode(corpus, "tandrix", started, [5]) is None
    assert episode(corpus, "tandrix", started, [5, 60, 120]) is not None
