"""Mentions without text, for detection, charts and emails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.mention import Sentiment
from core.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One analysed mention of one watch, without its text."""

    id: str
    at: datetime  # published
    first_seen: datetime
    voice: str | None  # None: the source names no author
    family: str | None = None  # near-identical texts share it
    sentiment: Sentiment | None  # towards the watch, or else of the whole text; None: unscored
    topics: tuple[str, ...] = ()
    role: Role = Role.CUSTOMER  # for the watch

    @property
    def negative(self) -> bool | None:
        """True where the sentiment is negative; None: unscored."""
        return None if self.sentiment is None else self.sentiment is Sentiment.NEGATIVE

    @property
    def author_key(self) -> str:
        """The key that counts as one author: the voice, else the family, else the mention."""
        return self.voice or self.family or self.id


def customers(observations: Iterable[Observation]) -> list[Observation]:
    """Return those of *observations* that are by customers, who alone count as people."""
    return [o for o in observations if o.role is Role.CUSTOMER]


def news(observations: Iterable[Observation]) -> list[Observation]:
    """Return the news posts among *observations*."""
    return [o for o in observations if o.role is Role.NEWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentCounts:
    """Numbers of mentions by sentiment."""

    negative: int
    neutral: int
    positive: int
    unscored: int = 0  # all without a sentiment, for any reason

    @property
    def total(self) -> int:
        """All mentions, scored or not."""
        return self.negative + self.neutral + self.positive + self.unscored
