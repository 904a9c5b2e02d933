"""Example facts of an incident and of a day, for the tests of emails."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import exp, pi, sin
from typing import Any

from alerts.channel import Notification, Recipient
from alerts.messages.brief import BriefFacts
from alerts.messages.completeness import Completeness
from alerts.messages.day_summary import DayCounts, TopicDay, UsualCounts
from alerts.messages.digest import DigestFacts
from alerts.messages.digest_days import local_day
from alerts.silence.detector import SilenceChange
from core.analysis import PublishedFigure
from core.coverage import Coverage, Outage, SourceProblem
from core.identity import mention_id, text_sha256
from core.incident import Incident, IncidentKind, IncidentState
from core.mention import AnalysisState, Mention, MentionState, Sentiment, Verdict
from core.observation import SentimentCounts
from core.watch import Watch
from templates.charts.geometry import Bar
from templates.contexts.mail import Reason, SpreadSource

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
ONSET = datetime(2026, 11, 20, 11, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
VELORIA = Watch(slug="veloria", name="Veloria", kind="brand", query="veloria", revision="1")
QUALITY = PublishedFigure(
    set_name="semeval_sentiment_train",
    n=4700,
    language="en",
    accuracy=0.719,
    macro_recall=0.741,
    held_out=True,
    date=date(2026, 11, 29),
)
SILENCE = SilenceChange(at=NOW, since=ONSET, is_silent=True, expected=12.4)
ENVELOPE = Recipient(
    sender="Harken <harken@listening.example>",
    address="lead@veloria.example",
    base_url="https://harken.example",
    zone="Europe/Berlin",
)


def bars(end: datetime, *, peak: datetime | None = None, hours: int = 48) -> tuple[Bar, ...]:
    """Return *hours* bars before *end* with the rhythm of a day and a crisis around *peak*."""
    return tuple(_bar(end - (hours - n) * HOUR, peak) for n in range(hours))


def _bar(start: datetime, peak: datetime | None) -> Bar:
    usual = 3.2 + 2.6 * sin((start.hour - 7) * pi / 12)
    wave = start.hour * 7 % 5 - 2
    total = max(0, round(usual + wave * 0.8))
    storm = 34 * exp(-(((start - peak) / HOUR) ** 2) / 5) if peak else 0
    negative = round(total * 0.22 + storm)
    positive = round(total * 0.35)
    return Bar(
        start=start,
        end=start + HOUR,
        counts=SentimentCounts(
            negative=negative,
            neutral=max(0, total - round(total * 0.22) - positive) + round(storm * 0.12),
            positive=positive,
            unscored=1 if start.hour % 9 == 0 else 0,
        ),
        usual=usual,
        is_covered=not (peak and HOUR * 29 < peak - start < HOUR * 31),
    )


def mention(text: str, **changes: Any) -> Mention:
    """Return a scored mention of Veloria; *changes* as in Mention, ``tone`` sets its sentiment."""
    tone = changes.pop("tone", Sentiment.NEGATIVE)
    uri = changes.pop("uri", f"https://forum.example/{text[:40]}")
    base = Mention(
        id=mention_id(uri),
        uri=uri,
        url="https://forum.example/t/1",
        sources=("velo-forum",),
        state=MentionState.LIVE,
        analysis=AnalysisState.SCORED,
        published=ONSET,
        edited=None,
        first_seen=ONSET,
        last_seen=ONSET,
        revision=1,
        text=text,
        text_sha256=text_sha256(text),
        language="en",
        voice=mention_id(uri + "#voice"),
        family=None,
        parent=None,
        watches=("veloria",),
        verdicts=(),
    )
    return replace(base, verdicts=(_verdict(base, tone),), **changes)


def _verdict(about: Mention, tone: Sentiment) -> Verdict:
    odds = {s: 0.86 if s is tone else 0.07 for s in Sentiment}
    polarity = odds[Sentiment.POSITIVE] - odds[Sentiment.NEGATIVE]
    return Verdict(
        watch=None,
        sentiment=tone,
        probabilities=odds,
        polarity=polarity,
        topics=("battery",),
        model="minilm-en",
        text_sha256=about.text_sha256,
    )


def crisis(**changes: Any) -> Incident:
    """Return INC-7: battery heat, open since noon."""
    incident = Incident(
        id=7,
        watch="veloria",
        topic="battery",
        kind=IncidentKind.CRISIS,
        state=IncidentState.OPEN,
        severity=2,
        onset=ONSET,
        detected=ONSET + timedelta(minutes=38),
        updated=NOW,
        resolved=None,
        observed=64,
        expected=4.1,
        negative_share=0.71,
        usual_share=0.24,
        voices=90,
        families=83,
        mentions=(),
        spike={"window_s": 3600},
    )
    return replace(incident, **changes)


def crisis_posts() -> tuple[Mention, ...]:
    """Return the posts of the crisis."""
    return tuple(_crisis_posts())


def _crisis_posts() -> Iterator[Mention]:
    hot = "My Veloria battery got so hot on charge that I unplugged it. Has anyone else seen this?"
    yield mention(hot, family="hot")
    yield mention("Same here, the casing is warped", published=ONSET + HOUR / 6, family="warp")
    yield mention(
        "La batterie de mon Veloria chauffe beaucoup en charge",
        published=ONSET + HOUR / 2,
        sources=("mastodon.example",),
        language="fr",
    )
    yield mention(
        "<script>alert(1)</script> {{7*7}} Veloria smells of burnt plastic, charger unplugged",
        published=ONSET + HOUR,
        sources=("velo-blog",),
    )


def completeness(**changes: Any) -> Completeness:
    """Return a completeness of 31 of 33 sources, with a few gaps."""
    default = Completeness(
        coverage=Coverage(
            sources=33,
            heard=31,
            unheard=(
                SourceProblem(name="radforum", state="forbidden"),
                SourceProblem(
                    name="mastodon.example", state="late", reason="429, waits until 06:10"
                ),
            ),
        ),
        unscored={"de": 41, "es": 9},
        deleted=14,
        model="minilm-en 1a2b3c4d",
        quality=QUALITY,
    )
    return replace(default, **changes)


def brief_facts(**changes: Any) -> BriefFacts:
    """Return the facts of INC-7."""
    facts = BriefFacts(
        incident=crisis(),
        watch=VELORIA,
        topic="battery",
        bars=bars(datetime(2026, 11, 20, 15, tzinfo=UTC), peak=ONSET + HOUR),
        quarter_hours=(2, 3, 9, 14, 22, 31),
        reasons=(
            Reason(term="overheating", now=0.41, usual=0.02),
            Reason(term="on charge", now=0.37, usual=0.03),
            Reason(term="burnt smell", now=0.18, usual=0.0),
            Reason(term="recall", now=0.12, usual=0.01),
        ),
        spread_sources=(
            SpreadSource(source="velo-forum", first_post=ONSET, voices=38),
            SpreadSource(source="mastodon.example", first_post=ONSET + HOUR / 2, voices=41),
            SpreadSource(source="velo-blog", first_post=ONSET + HOUR, voices=11),
        ),
        mentions=crisis_posts(),
        duplicate_counts={"hot": 17, "warp": 6},
        completeness=completeness(),
    )
    return replace(facts, **changes)


def counts(
    negative: int, neutral: int, positive: int, usual: tuple[float, ...] | None
) -> DayCounts:
    """Return the counts of a day; *usual*: its usual negative, neutral and positive voices."""
    total = negative + neutral + positive
    before = usual and UsualCounts(
        mentions=sum(usual) * 1.2,
        voices=sum(usual),
        negative=usual[0],
        neutral=usual[1],
        positive=usual[2],
    )
    return DayCounts(
        mentions=round(total * 1.2),
        voices=total,
        negative=negative,
        neutral=neutral,
        positive=positive,
        unscored=3,
        usual=before or None,
    )


def day(**changes: Any) -> DigestFacts:
    """Return the facts of Friday 20 November, the day of the battery crisis."""
    window = local_day(date(2026, 11, 20), "Europe/Berlin")
    facts = DigestFacts(
        watch=VELORIA,
        subscription="morning",
        send_time=time(7, 30),
        window=window,
        counts=counts(112, 74, 61, (22, 41, 42)),
        topics=(
            TopicDay(id="battery", name="battery", counts=counts(88, 14, 6, (4.5, 6, 5))),
            TopicDay(id="delivery", name="delivery", counts=counts(6, 12, 24, (7, 12, 20))),
            TopicDay(id="price", name="price", counts=counts(9, 15, 7, (9, 14, 9))),
            TopicDay(id="service", name="service", counts=counts(8, 10, 5, (6, 9, 5))),
        ),
        rivals=(
            TopicDay(id="kestrel", name="Kestrel", counts=counts(5, 9, 6, (5, 8, 8))),
            TopicDay(id="ombra", name="Ombra", counts=counts(3, 8, 9, None)),
        ),
        bars=bars(window.end, peak=ONSET + HOUR),
        incidents=(crisis(),),
        mentions=(
            *crisis_posts(),
            mention(
                "Ordered Tuesday, at my door Thursday. Quick work, Veloria",
                tone=Sentiment.POSITIVE,
                published=ONSET + 2 * HOUR,
                sources=("radblog",),
            ),
        ),
        duplicate_counts={"hot": 17, "warp": 6},
        completeness=completeness(),
    )
    return replace(facts, **changes)


def outage(what: str = "scorer") -> Outage:
    """Return an outage that began an hour ago."""
    return Outage(what=what, name="velo-forum", since=NOW - HOUR, reason="down")


def email(**changes: Any) -> Notification:
    """Return a small email with an image."""
    notification = Notification(
        kind="brief",
        recipient="lead@veloria.example",
        sender="Harken <harken@listening.example>",
        subject="INC-7 Veloria: battery",
        message_id="<inc-7.r1@listening.example>",
        date=NOW,
        text="64 people complaining\n",
        html="<p>64 people complaining</p>\n",
        images={"chart@inc-7.r1": b"\x89PNG"},
        key="inc-7.r1",
    )
    return replace(notification, **changes)
