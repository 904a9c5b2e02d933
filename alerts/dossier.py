"""What the record knows of one incident, gathered for its brief and for its page in the console."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.brief import Evidence
from alerts.heard import Completeness
from core.incident import Incident
from core.instants import floor
from core.mention import Mention, Sentiment
from core.watch import Watch
from store import mentions
from store import utterances as record
from store.utterances import Utterance
from templates.charts.geometry import Bar
from templates.contexts import mail

CHART: Final = timedelta(hours=48)
HOUR: Final = timedelta(hours=1)
QUARTER: Final = timedelta(minutes=15)
PULSE: Final = 8  # quarters of an hour
BACKGROUND: Final = timedelta(days=14)  # alerts.md 5.11: what the terms are compared with
MOST: Final = 400  # mentions read in full; a letter quotes four

Explain = Callable[[Sequence[Mention], Sequence[Mention]], tuple[mail.Reason, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident and what it is called."""

    incident: Incident
    watch: Watch
    topic: str | None  # the name of its topic


def gather(
    tx: Connection, case: Case, completeness: Completeness, *, explain: Explain, now: datetime
) -> Evidence:
    """Everything a brief on *case* tells."""
    incident, watch = case.incident, case.watch
    said = record.about(tx, watch.slug, since=now - CHART, until=now)
    unit = [u for u in said if incident.topic is None or incident.topic in u.topics]
    quoted = mentions.get(tx, list(incident.mentions)[-MOST:])
    return Evidence(
        incident=incident,
        watch=watch,
        topic=case.topic,
        bars=tuple(hourly(unit, floor(now, HOUR) + HOUR - CHART, floor(now, HOUR) + HOUR)),
        pulse=pulse(unit, now),
        reasons=explain(quoted, _background(tx, watch, incident)),
        carriers=carriers(quoted),
        mentions=tuple(quoted),
        copies=copies(quoted),
        completeness=completeness,
    )


def hourly(said: Iterable[Utterance], start: datetime, end: datetime) -> list[Bar]:
    """Mentions by hour and sentiment over [start, end)."""
    counts = Counter((floor(u.at, HOUR), u.sentiment) for u in said)
    hours = int((end - start) / HOUR)
    return [_bar(counts, start + k * HOUR) for k in range(hours)]


def pulse(said: Iterable[Utterance], now: datetime) -> tuple[int, ...]:
    """Negative voices by complete quarter of an hour, oldest first."""
    last = floor(now, QUARTER)
    voices: dict[datetime, set[str]] = {}
    for u in said:
        if u.sentiment is Sentiment.NEGATIVE:
            voices.setdefault(floor(u.at, QUARTER), set()).add(u.voice or u.id)
    return tuple(len(voices.get(last - k * QUARTER, ())) for k in range(PULSE, 0, -1))


def carriers(found: Sequence[Mention]) -> tuple[mail.Carrier, ...]:
    """The sources that carried it, the first one first."""
    heard: dict[str, list[Mention]] = {}
    for mention in sorted(found, key=lambda m: (m.published, m.id)):
        for source in mention.sources:
            heard.setdefault(source, []).append(mention)
    return tuple(
        mail.Carrier(source=s, first=m[0].published, voices=len({x.voice or x.id for x in m}))
        for s, m in heard.items()
    )


def copies(found: Iterable[Mention]) -> dict[str, int]:
    """How many more mentions there are of each family (of each id where there is no family)."""
    return {key: n - 1 for key, n in Counter(m.family or m.id for m in found).items()}


def _background(tx: Connection, watch: Watch, incident: Incident) -> list[Mention]:
    start = incident.onset - BACKGROUND
    said = record.about(tx, watch.slug, since=start, until=incident.onset)
    return mentions.get(tx, [u.id for u in said][-2 * MOST :])


def _bar(counts: Counter[tuple[datetime, Sentiment | None]], start: datetime) -> Bar:
    return Bar(
        start=start,
        end=start + HOUR,
        negative=counts[start, Sentiment.NEGATIVE],
        neutral=counts[start, Sentiment.NEUTRAL],
        positive=counts[start, Sentiment.POSITIVE],
        unscored=counts[start, None],
    )
