"""Synchronisation of the database with harken.yaml: rows of origin file, upserted by slug."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from config.settings import Settings, TopicSettings, WatchSettings
from core.mention import Sentiment
from core.watch import Topic, Watch
from harken import wiring
from harken.own_posts import OwnPosts
from store import watches
from store.alerts import people
from store.alerts.people import Person, Subscription
from store.crawl import own_posts, sources
from store.database import Database


def sync_settings(database: Database, settings: Settings, *, now: datetime) -> None:
    """Write watches, topics, sources, people and subscriptions in one transaction.

    If the brands' own accounts changed, the stored mentions by them are marked again.
    """
    with database.write() as tx:
        previous_accounts = _own_accounts(watches.active_watches(tx))
        watches.replace_from_file(tx, watch_values(settings), topic_values(settings))
        source_rows = [
            (s.slug, s.kind, s.options, int(s.every.total_seconds())) for s in settings.sources
        ]
        priors = {s.slug: _shares(s.prior) for s in settings.sources}
        sources.replace_from_file(tx, source_rows, now=now, priors=priors)
        has_new_owned = sources.replace_owned(tx, [s.slug for s in settings.sources if s.owned])
        if has_new_owned or _own_accounts(watch_values(settings)) != previous_accounts:
            _remark_own_posts(tx, settings)
        people_rows = [Person(slug=p.slug, name=p.name, email=p.email) for p in settings.people]
        people.replace_from_file(tx, people_rows, _subscriptions(settings))


def _own_accounts(rows: Iterable[Watch]) -> set[tuple[object, ...]]:
    """Return all that decides on own posts; watches without own accounts are left out."""
    return {(w.slug, w.kind, w.own_accounts) for w in rows if w.own_accounts}


def _remark_own_posts(tx: Connection, settings: Settings) -> None:
    own = OwnPosts(watch_values(settings), wiring.pseudonym(tx, settings.state))
    candidates = own.candidates(own_posts.platforms(tx))
    own_posts.remark_own_posts(tx, candidates, own.owners_of)


def watch_values(settings: Settings) -> list[Watch]:
    """Return the watches of *settings*, in their order."""
    return [_watch(w, settings.zone) for w in settings.watches]


def topic_values(settings: Settings) -> list[Topic]:
    """Return the topics of *settings*, in their order."""
    return [_topic(t) for t in settings.topics]


def _watch(w: WatchSettings, zone: str) -> Watch:
    return Watch(
        slug=w.slug,
        name=w.name,
        kind=w.kind,
        query=w.query,
        revision=watches.query_revision(w.query),
        topics=w.topics,
        purpose=w.purpose,
        retention_days=w.retention.days,
        zone=w.zone or zone,
        products=w.products,
        people=w.people,
        prior=_shares(w.prior),
        own_accounts=w.own_accounts,
    )


def _shares(prior: Mapping[Sentiment, float] | None) -> tuple[float, ...]:
    """Return the shares of *prior* in the order of `Sentiment`; without one none."""
    return tuple(prior[sentiment] for sentiment in Sentiment) if prior else ()


def _topic(t: TopicSettings) -> Topic:
    return Topic(id=t.id, name=t.name, sentences=t.sentences, examples=t.examples)


def _subscriptions(settings: Settings) -> list[Subscription]:
    return [
        Subscription(
            slug=s.slug,
            person=s.person,
            kind=s.kind,
            channel=s.channel,
            at=s.at,
            zone=s.zone or settings.zone,
            watches=s.watches,
        )
        for s in settings.subscriptions
    ]
