"""Cases about a day: its chart, the sentence of its digest, the praise that the digest quotes."""

from datetime import date, datetime, time, timedelta
from typing import Final

from alerts.channel import Recipient
from alerts.messages.completeness import Completeness
from alerts.messages.day_summary import DayCounts, TopicDay, UsualCounts, pick_highlight, safety
from alerts.messages.digest import DigestFacts, compose_digest
from alerts.messages.digest_days import local_day
from alerts.messages.headline import headline, safety_answer
from alerts.messages.hourly_bars import count_hourly
from bench.reality.alerting.answers import Answer, Case
from bench.reality.alerting.brand import BRAND, ZONE
from bench.reality.alerting.clock import HOUR, START
from bench.reality.alerting.wording import find
from bench.reality.product import product_calls
from core.coverage import Coverage
from core.identity import mention_id, text_sha256
from core.mention import AnalysisState, Mention, MentionState, Sentiment, Verdict
from core.observation import Observation, SentimentCounts
from templates.charts.geometry import Bar
from templates.i18n import Translator

CHART_HOURS: Final = 48
WATCH: Final = "Acme"
COMPLETE: Final = Completeness(coverage=Coverage(sources=5, heard=5, unheard=()))
YESTERDAY: Final = START.date() - timedelta(days=1)
TOPIC: Final = "battery"
MODEL: Final = "lexicon"
ENVELOPE: Final = Recipient(
    sender="Harken <harken@veloria.example>",
    address="lead@veloria.example",
    base_url="https://harken.veloria.example",
    zone=ZONE,
)
NORMAL: Final = UsualCounts(mentions=120, voices=100, negative=22, neutral=38, positive=40)
BUSY: Final = DayCounts(
    mentions=290, voices=240, negative=110, neutral=70, positive=60, unscored=3, usual=NORMAL
)


def chart(case: Case) -> Answer:
    """Return how many of the mentions of a day its chart holds."""
    count: int = case["mentions"]
    with product_calls():
        window = local_day(date.fromisoformat(case["day"]), case["zone"])
    instants = [window.start + n * (window.end - window.start) / count for n in range(count)]
    observations = [_observation(number, at) for number, at in enumerate(instants)]
    with product_calls():
        bars = count_hourly(observations, window.end - CHART_HOURS * HOUR, window.end)
    total = sum(bar.total for bar in bars)
    return Answer(total == count, f"the chart holds {total} of {count} mentions")


def sentence(case: Case) -> Answer:
    """Return the headline of a day and whether it needs a response."""
    counts = _counts(case["counts"])
    topics = [
        TopicDay(id=topic["id"], name=topic["id"].title(), counts=_counts(topic))
        for topic in case.get("topics", ())
    ]
    say = Translator(zone=ZONE, locale="en")
    with product_calls():
        highlight = pick_highlight(counts, topics, [])
        verdict = safety(highlight, [], COMPLETE)
        parts = [headline(WATCH, counts, highlight), safety_answer(verdict, highlight)]
        text = " | ".join(map(say, parts))
    return Answer(find(case["never"], text) is None, text)


def praise(case: Case) -> Answer:
    """Return which of several positive mentions, each with its probability, a digest quotes."""
    mentions = tuple(
        _positive(number, text, probability)
        for number, (text, probability) in enumerate(case["said"])
    )
    with product_calls():
        digest = compose_digest(_busy_day(mentions), ENVELOPE, START).text
    quotes = [text for text, _ in case["said"] if text[:30] in digest]
    return Answer(case["want"] in digest, f"quotes {quotes}")


def _observation(number: int, at: datetime) -> Observation:
    return Observation(
        id=str(number),
        at=at,
        first_seen=at,
        voice=str(number),
        family=None,
        sentiment=Sentiment.NEGATIVE,
        topics=(),
    )


def _counts(day: Case) -> DayCounts:
    normal = day.get("usual")
    return DayCounts(
        mentions=day["mentions"],
        voices=day["voices"],
        negative=day["negative"],
        neutral=day["neutral"],
        positive=day["positive"],
        unscored=day["unscored"],
        usual=_normal(normal) if normal else None,
    )


def _normal(day: Case) -> UsualCounts:
    return UsualCounts(
        mentions=day["mentions"],
        voices=day["voices"],
        negative=day["negative"],
        neutral=day["neutral"],
        positive=day["positive"],
    )


def _positive(number: int, text: str, probability: float) -> Mention:
    uri = f"https://forum.example/{number}"
    published = local_day(YESTERDAY, ZONE).start + number * HOUR
    rest = (1 - probability) / 2
    verdict = Verdict(
        watch=None,
        sentiment=Sentiment.POSITIVE,
        probabilities={"positive": probability, "neutral": rest, "negative": rest},
        polarity=probability - rest,
        topics=(TOPIC,),
        model=MODEL,
        text_sha256=text_sha256(text),
    )
    return Mention(
        id=mention_id(uri),
        uri=uri,
        url=uri,
        sources=("forum",),
        state=MentionState.LIVE,
        analysis=AnalysisState.SCORED,
        published=published,
        edited=None,
        first_seen=published,
        last_seen=published,
        revision=1,
        text=text,
        text_sha256=text_sha256(text),
        language="en",
        voice=f"v{number}",
        family=f"f{number}",
        parent=None,
        watches=(BRAND.slug,),
        verdicts=(verdict,),
    )


def _busy_day(mentions: tuple[Mention, ...]) -> DigestFacts:
    """Return a day with many complaints on one topic, of which only *mentions* can be quoted."""
    window = local_day(YESTERDAY, ZONE)
    return DigestFacts(
        watch=BRAND,
        subscription="morning",
        send_time=time(7, 30),
        window=window,
        counts=BUSY,
        topics=(TopicDay(id=TOPIC, name=TOPIC, counts=BUSY),),
        rivals=(),
        bars=_bars(window.end),
        incidents=(),
        mentions=mentions,
        duplicate_counts={},
        completeness=COMPLETE,
    )


def _bars(end: datetime) -> tuple[Bar, ...]:
    starts = [end - hours * HOUR for hours in range(CHART_HOURS, 0, -1)]
    return tuple(
        Bar(
            start=start, end=start + HOUR, counts=SentimentCounts(negative=5, neutral=3, positive=2)
        )
        for start in starts
    )
