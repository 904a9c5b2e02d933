"""Facts about one incident, collected from the database for its brief and its console page."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.messages.brief import BriefFacts
from alerts.messages.completeness import Completeness
from alerts.messages.hourly_bars import HOUR, count_hourly, with_usual_levels
from alerts.messages.keyness import mentions_with_reasons
from core.incident import Incident, IncidentKind
from core.mention import Mention, Sentiment
from core.observation import Observation, customers
from core.timestamps import floor_to
from core.watch import Watch
from store import mentions
from store.alerts import observations as observation_rows
from store.alerts import roles
from store.alerts.observations import NegativeText
from templates.contexts import mail

CHART_SPAN: Final = timedelta(hours=48)
QUARTER_HOUR: Final = timedelta(minutes=15)
QUARTER_HOURS: Final = 8  # quarters of an hour for the trend
BACKGROUND_SPAN: Final = timedelta(days=28)  # before the onset: texts for the comparison of words
MAX_MENTIONS: Final = 400  # mentions loaded with their text; an email quotes four

Explain = Callable[[Sequence[Mention], Sequence[NegativeText]], tuple[mail.Reason, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCase:
    """An incident with the names of its watch and topic."""

    incident: Incident
    watch: Watch
    topic: str | None  # the name of its topic


def collect_facts(
    tx: Connection,
    case: IncidentCase,
    completeness: Completeness,
    *,
    explain: Explain,
    now: datetime,
) -> BriefFacts:
    """Return the content of a brief on *case* at *now*; *explain* finds the reasons."""
    incident, watch = case.incident, case.watch
    observations = observation_rows.observations(tx, watch.slug, since=now - CHART_SPAN, until=now)
    unit_observations = [o for o in customers(observations) if incident.topic in (None, *o.topics)]
    incident_mentions = mentions.get(tx, list(incident.mentions)[-MAX_MENTIONS:])
    reasons = explain(incident_mentions, _background(tx, incident))
    last = floor_to(now, HOUR) + HOUR
    return BriefFacts(
        incident=incident,
        watch=watch,
        topic=case.topic,
        bars=with_usual_levels(
            tx, count_hourly(unit_observations, last - CHART_SPAN, last), watch, incident.topic
        ),
        quarter_hours=quarter_hours(unit_observations, now),
        reasons=reasons,
        spread_sources=sources_by_onset(incident_mentions),
        mentions=mentions_with_reasons(incident_mentions, reasons),
        duplicate_counts=duplicate_counts(incident_mentions),
        completeness=completeness,
        role_counts=roles.counts_by_role(
            tx, watch.slug, topic=incident.topic, since=incident.onset, until=now
        ),
    )


def _background(tx: Connection, incident: Incident) -> list[NegativeText]:
    """Return earlier complaints to compare words with; of a news wave earlier news posts."""
    is_news = incident.kind is IncidentKind.NEWS
    texts = observation_rows.news_texts if is_news else observation_rows.negative_texts
    since = incident.onset - BACKGROUND_SPAN
    return texts(tx, incident.watch, since=since, until=incident.onset, limit=2 * MAX_MENTIONS)


def quarter_hours(observations: Iterable[Observation], now: datetime) -> tuple[int, ...]:
    """Return the negative voices by complete quarter of an hour, oldest first."""
    last = floor_to(now, QUARTER_HOUR)
    voices: dict[datetime, set[str]] = {}
    for o in observations:
        if o.sentiment is Sentiment.NEGATIVE:
            voices.setdefault(floor_to(o.at, QUARTER_HOUR), set()).add(o.voice or o.id)
    return tuple(len(voices.get(last - k * QUARTER_HOUR, ())) for k in range(QUARTER_HOURS, 0, -1))


def sources_by_onset(incident_mentions: Sequence[Mention]) -> tuple[mail.SpreadSource, ...]:
    """Return the sources of *incident_mentions* in order of their first post."""
    by_source: dict[str, list[Mention]] = {}
    for mention in sorted(incident_mentions, key=lambda m: (m.sorted_at, m.id)):
        for source in mention.sources:
            by_source.setdefault(source, []).append(mention)
    return tuple(
        mail.SpreadSource(
            source=source,
            first_post=posts[0].sorted_at,
            voices=len({post.voice or post.id for post in posts}),
        )
        for source, posts in by_source.items()
    )


def duplicate_counts(members: Iterable[Mention]) -> dict[str, int]:
    """Return the number of further mentions by family (by id without a family)."""
    return {key: n - 1 for key, n in Counter(m.family or m.id for m in members).items()}
