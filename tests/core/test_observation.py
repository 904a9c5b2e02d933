"""An observation counts by its sentiment and by its author."""

from datetime import UTC, datetime

import pytest

from core.mention import Sentiment
from core.observation import Observation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def observation(**fields):
    return Observation(
        **{"id": "m1", "at": NOON, "first_seen": NOON, "voice": None, "sentiment": None} | fields
    )


@pytest.mark.parametrize(
    ("sentiment", "negative"),
    [
        (Sentiment.NEGATIVE, True),
        (Sentiment.NEUTRAL, False),
        (Sentiment.POSITIVE, False),
        (None, None),
    ],
)
def test_negative_is_none_without_sentiment(sentiment, negative):
    assert observation(sentiment=sentiment).negative is negative


def test_author_key_is_voice_else_family_else_mention():
    assert observation(voice="v1", family="f1").author_key == "v1"
    assert observation(family="f1").author_key == "f1"
    assert observation().author_key == "m1"
