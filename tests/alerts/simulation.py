"""A simulated month of mentions of one watch, with harmless events that resemble a crisis."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from alerts.detection.detector import DetectionContext
from core.mention import Sentiment
from core.observation import Observation
from core.watch import Watch

ZONE = ZoneInfo("Europe/Berlin")
TOPICS = ("battery", "delivery", "price", "service", "app", "frame", "safety")
WATCH = Watch(
    slug="veloria",
    name="Veloria",
    kind="brand",
    query="veloria",
    revision="r1",
    topics=TOPICS,
    zone=ZONE.key,
)
NOISE = (0.78, 0.08)  # recall of negative mentions, and the rate of false negatives among others
SCORED = 0.8  # share of mentions in a supported language
DAYS = 28


def make_context(backfilled_at, units=24, **fields):
    """Return the context of a step in an installation of three such watches."""
    return DetectionContext(taxonomy=TOPICS, units=units, backfilled_at=backfilled_at, **fields)


def sentiment(negative):
    """Return the sentiment for *negative* (True, False or None)."""
    return {True: Sentiment.NEGATIVE, False: Sentiment.NEUTRAL, None: None}[negative]


@dataclass
class Corpus:
    """A growing list of mentions; every draw comes from ``random``."""

    now: datetime
    random: Random
    observations: list[Observation] = field(default_factory=list)

    def add(self, at, voice, negative, topics=(), *, family=None, is_scored=True):
        """Add one mention; *negative*: the prediction of the model."""
        n = len(self.observations)
        observation = Observation(
            id=f"m{n:05d}",
            at=at,
            first_seen=at,
            voice=voice,
            sentiment=sentiment(negative if is_scored else None),
            topics=tuple(topics),
            family=family or f"own{n}",
        )
        if at <= self.now:
            self.observations.append(observation)

    def predict(self, negative):
        """Return the prediction of a noisy model for a mention that is *negative* or not."""
        return self.random.random() < NOISE[0 if negative else 1]

    def add_background(self, mentions_per_day=70.0, negative=0.2, voices=400, days=DAYS):
        """Add background mentions with a day and week season; few voices write most of them."""
        start = self.now - timedelta(days=days)
        for step in range(days * 24):
            hour = start + timedelta(hours=step)
            for _ in range(poisson(self.random, mentions_per_day / 24 * rhythm(hour))):
                at = hour + timedelta(seconds=self.random.uniform(0, 3600))
                voice = f"v{int(voices * self.random.random() ** 2)}"
                topics = self.random.sample(TOPICS, self.random.choice((0, 1, 1, 2)))
                prediction = self.predict(self.random.random() < negative)
                self.add(at, voice, prediction, topics, is_scored=self.random.random() < SCORED)

    def crisis(self, onset, ramp, voices=75, topic="battery"):
        """Add *voices* people who complain at a growing rate from *onset* over *ramp*."""
        for n in range(voices):
            share = 0.0 if n == 0 else self.random.random() ** 0.5
            topics = (topic,) if self.random.random() < 0.75 else ()
            self.add(
                onset + share * ramp,
                f"crisis{n}",
                self.predict(True),
                topics,
                is_scored=self.random.random() < SCORED,
            )

    def burst(self, start, hours, voices, negative, name, topic="price"):
        """Add *voices* people within *hours*, each once, a share of them *negative*."""
        for n in range(voices):
            at = start + timedelta(hours=hours * self.random.random())
            prediction = self.predict(self.random.random() < negative)
            topics = (topic,) if self.random.random() < 0.6 else ()
            self.add(at, f"{name}{n}", prediction, topics)

    def quarrel(self, start, accounts=4, posts=15, hours=2.0):
        """Add a quarrel of a few accounts in a thread, all of it negative."""
        for n in range(accounts * posts):
            at = start + timedelta(hours=hours * self.random.random())
            self.add(at, f"quarrel{n % accounts}", self.predict(True), ("frame",))

    def storm(self, start, accounts=3, posts=60, hours=3.0):
        """Add one hostile text, reposted by a few accounts again and again."""
        for n in range(accounts * posts):
            at = start + timedelta(hours=hours * self.random.random())
            self.add(at, f"storm{n % accounts}", True, ("service",), family=f"storm{start}")

    def spam(self, start, copies=50, hours=4.0):
        """Add one text by many accounts, with one prediction for all copies."""
        negative = self.random.random() < 0.5
        for n in range(copies):
            at = start + timedelta(hours=hours * self.random.random())
            self.add(at, f"spam{n}", negative, ("price",), family=f"spam{start}")

    def any_hour(self, last_days=DAYS):
        """Return a random time of the last days, at least three hours ago."""
        return self.now - timedelta(hours=self.random.uniform(3, last_days * 24))


def without_crisis(seed, now):
    """Return a corpus with all harmless events; some of them are in the last two days."""
    corpus = Corpus(now=now, random=Random(f"{seed} {now.isoformat()}"))
    corpus.add_background()
    corpus.burst(corpus.any_hour(), 36, 120, 0.05, "campaign")
    corpus.burst(corpus.any_hour(2), 3, 60, 0.06, "joy", "app")
    corpus.burst(now - timedelta(hours=corpus.random.uniform(20, 34)), 7, 12, 0.6, "story", "app")
    for days in (2, DAYS):
        corpus.quarrel(corpus.any_hour(days))
        corpus.storm(corpus.any_hour(days))
        corpus.spam(corpus.any_hour(days))
    return corpus


def with_crisis(seed, now):
    """Return the same corpus with a crisis, and the onset of the crisis."""
    corpus = without_crisis(seed, now)
    ramp = timedelta(hours=corpus.random.uniform(1.5, 5))
    corpus.crisis(now - ramp, ramp)
    return corpus, now - ramp


def rhythm(at):
    """Return the activity of an hour, around 1: nights are quiet, evenings and Sundays are not."""
    local = at.astimezone(ZONE)
    day = 1 + 0.8 * math.sin((local.hour - 8) / 24 * 2 * math.pi)
    return day * (1.15 if local.weekday() >= 5 else 0.95)


def poisson(random, mean):
    """Draw a Poisson number by Knuth's products; *mean* is small here."""
    bound, count, product = math.exp(-mean), 0, random.random()
    while product > bound:
        count, product = count + 1, product * random.random()
    return count


def moments(count=24):
    """Return times that cover all hours, weekdays and both days of a clock change."""
    starts = (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    return [starts[n % 2] + timedelta(days=n // 2 % 7, hours=n * 5 % 24) for n in range(count)]
