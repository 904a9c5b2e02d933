"""Mentions and verdicts for the tests of core.mention."""

from dataclasses import replace
from datetime import UTC, datetime

from core.mention import AnalysisState, Mention, MentionState, Sentiment, Verdict

AT = datetime(2026, 3, 2, tzinfo=UTC)


def verdict(text_sha256: str = "now", **fields: object) -> Verdict:
    """Return a neutral verdict of model m on the whole text."""
    default = Verdict(
        watch=None,
        sentiment=Sentiment.NEUTRAL,
        probabilities={},
        polarity=0.0,
        topics=(),
        model="m",
        text_sha256=text_sha256,
    )
    return replace(default, **fields)


def mention(*verdicts: Verdict) -> Mention:
    """Return a mention of two watches with the text "now"."""
    return Mention(
        id="1",
        uri="u",
        url="u",
        sources=("blog",),
        state=MentionState.LIVE,
        analysis=AnalysisState.SCORED,
        published=AT,
        edited=None,
        first_seen=AT,
        last_seen=AT,
        revision=1,
        text="t",
        text_sha256="now",
        language=None,
        voice=None,
        family=None,
        parent=None,
        watches=("acme", "globex"),
        verdicts=verdicts,
    )
