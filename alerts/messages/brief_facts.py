"""What the record knows of one incident, gathered for its brief and for its page in the console."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.messages.brief import BriefFacts
from alerts.messages.completeness import Completeness
from alerts.messages.hourly_bars import HOUR, hourly, with_usual
from alerts.messages.reasons import speaking
from core.incident import Incident
from core.mention import Mention, Sentiment
from core.observation import Observation
from core.timestamps import floor
from core.watch import Watch
from store import mentions
from store.alerts import observations as record
from store.alerts.observations import Wording
from templates.contexts import mail

CHART: Final = timedelta(hours=48)
QUARTER: Final = timedelta(minutes=15)
PULSE: Final = 8  # quarters of an hour
BACKGROUND: Final = timedelta(days=28)  # before the onset: what its words are compared with
MOST: Final = 400  # mentions read in full; a letter quotes four

Explain = Callable[[Sequence[Mention], Sequence[Wording]], tuple[mail.Reason, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident and what it is called."""

    incident: Incident
    watch: Watch
    topic: str | None  # the name of its topic


def gather(
    tx: Connection, case: Case, completeness: Completeness, *, explain: Explain, now: datetime
) -> BriefFacts:
    """Everything a brief on *case* tells."""
    incident, watch = case.incident, case.watch
    said = record.about(tx, watch.slug, since=now - CHART, until=now)
    unit = [u for u in said if incident.topic is None or incident.topic in u.topics]
    quoted = mentions.get(tx, list(incident.mentions)[-MOST:])
    before = record.complaints(
        tx, watch.slug, since=incident.onset - BACKGROUND, until=incident.onset, most=2 * MOST
    )
    reasons = explain(quoted, before)
    last = floor(now, HOUR) + HOUR
    return BriefFacts(
        incident=incident,
        watch=watch,
        topic=case.topic,
        bars=with_usual(tx, hourly(unit, last - CHART, last), watch, incident.topic),
        pulse=pulse(unit, now),
        reasons=reasons,
        carriers=carriers(quoted),
        mentions=speaking(quoted, reasons),
        copies=copies(quoted),
        completeness=completeness,
    )


def pulse(said: Iterable[Observation], now: datetime) -> tuple[int, ...]:
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
