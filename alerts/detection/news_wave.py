"""News wave: far more authors report news than normal. Pure.

News posts are no complaints, so they never open a crisis. A recall that thirty papers report and
nobody complains about would stay unnoticed; it becomes a notice of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.poisson import poisson_z
from core.incident import IncidentKind, Spike
from core.observation import Observation, news

NEWS_WINDOW: Final = timedelta(hours=6)
NEWS_HISTORY: Final = timedelta(days=28)
MIN_NEWS_AUTHORS: Final = 8
# Standard deviations above the normal number. Normally none: 8 authors are a wave; normally 1: 10;
# normally 5: 19.
NEWS_SCORE: Final = 4.0
MIN_HISTORY_DAYS: Final = 3.0  # with less the normal number of reports is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsHistory:
    """The news posts of ``NEWS_HISTORY`` on one watch, and the time from which roles are known.

    A model without the head ``role`` knows no news: its time is no history of zero reports.
    """

    observations: tuple[Observation, ...]
    start: datetime


def has_many_news(observations: Sequence[Observation], now: datetime) -> bool:
    """Return True if so many authors reported news that a wave is possible."""
    return len(_authors(observations, now - NEWS_WINDOW, now)) >= MIN_NEWS_AUTHORS


def news_spikes(watch: str, history: NewsHistory | None, now: datetime) -> list[Spike]:
    """Return the news wave on *watch* at *now* as a spike of severity 4, or an empty list.

    ``observed``, ``voices`` and ``expected`` are authors of news posts in six hours. Wire copies
    count: thirty papers that print one text are a wave.
    """
    if history is None:
        return []
    since = now - NEWS_WINDOW
    days = (since - history.start) / timedelta(days=1)
    authors = _authors(history.observations, since, now)
    usual = _usual_authors(history, since)
    score = poisson_z(len(authors), usual)
    if days < MIN_HISTORY_DAYS or len(authors) < MIN_NEWS_AUTHORS or score < NEWS_SCORE:
        return []
    reports = [o for o in history.observations if since < o.at <= now]
    negative_authors = {_author(o) for o in reports if o.negative}
    return [
        Spike(
            watch=watch,
            topic=None,
            kind=IncidentKind.NEWS,
            severity=4,
            onset=min(o.at for o in reports),
            detected=now,
            window_s=NEWS_WINDOW // timedelta(seconds=1),
            observed=len(authors),
            expected=usual,
            voices=len(authors),
            negative_share=len(negative_authors) / len(authors),
            usual_share=0.0,
            score=score,
            threshold=NEWS_SCORE,
            baseline_days=days,
        )
    ]


def _usual_authors(history: NewsHistory, until: datetime) -> float:
    """Return the mean number of authors in the six-hour windows from the start to *until*."""
    windows = max((until - history.start) / NEWS_WINDOW, 1.0)
    author_windows = {
        (_author(o), (until - o.at) // NEWS_WINDOW)
        for o in history.observations
        if history.start <= o.at <= until
    }
    return len(author_windows) / windows


def _authors(observations: Sequence[Observation], since: datetime, until: datetime) -> set[str]:
    return {_author(o) for o in news(observations) if since < o.at <= until}


def _author(observation: Observation) -> str:
    """Return the voice, else the mention: papers without names of authors print the same text."""
    return observation.voice or observation.id
