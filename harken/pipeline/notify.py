"""Composition of briefs, digests and notices for their subscribers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from alerts.channel import Notification, Recipient
from alerts.messages.brief import compose_brief
from alerts.messages.brief_facts import CHART_SPAN, IncidentCase, collect_facts
from alerts.messages.completeness import Quality, load_completeness
from alerts.messages.digest import compose_digest
from alerts.messages.digest_days import local_day
from alerts.messages.digest_facts import DigestJob, collect_day_facts
from alerts.messages.keyness import explain
from alerts.messages.mime import to_mime
from alerts.messages.silence_notice import compose_silence
from alerts.silence.detector import SilenceChange
from config.settings import Settings
from core.incident import Incident
from harken.plugin_settings import EMAIL, channel_class
from store import watches
from store.alerts import outbox, people
from store.alerts.outbox import OutboxMessage
from store.alerts.people import Person, Subscription

FALLBACK_ADDRESS = "operator@localhost"  # of people without one: they read it in the console


class Notifier:
    """Composer of emails; it puts them into the outbox, in the transaction of the caller."""

    def __init__(self, settings: Settings, quality: Quality) -> None:
        self._sender = settings.mail.sender if settings.mail else FALLBACK_ADDRESS
        self._base_url = settings.base_url
        self._quality = quality

    def enqueue_brief(self, tx: Connection, incident: Incident, *, now: datetime) -> int:
        """Enqueue a brief on this revision of *incident* for its subscribers. Return how many."""
        watches_by_slug = {w.slug: w for w in watches.active_watches(tx)}
        topics = {t.id: t.name for t in watches.active_topics(tx)}
        subscriptions = [
            s
            for s in people.active_subscriptions(tx, "brief")
            if not s.watches or incident.watch in s.watches
        ]
        if not subscriptions:
            return 0
        case = IncidentCase(
            incident=incident,
            watch=watches_by_slug[incident.watch],
            topic=topics.get(incident.topic or ""),
        )
        since = min(incident.onset, now - CHART_SPAN)
        data_completeness = load_completeness(
            tx, since=since, until=now, now=now, quality=self._quality
        )
        facts = collect_facts(tx, case, data_completeness, explain=explain, now=now)
        return self._enqueue(
            tx, subscriptions, lambda e: compose_brief(facts, e, now), now, incident=incident.id
        )

    def enqueue_digest(self, tx: Connection, job: DigestJob, *, now: datetime) -> int:
        """Enqueue the digest of *job*, unless it was enqueued before. Return 1 or 0."""
        window = local_day(job.day, job.subscription.zone)
        data_completeness = load_completeness(
            tx, since=window.start, until=window.end, now=now, quality=self._quality
        )
        facts = collect_day_facts(tx, job, data_completeness)
        return self._enqueue(
            tx, [job.subscription], lambda e: compose_digest(facts, e, now), now, day=job.day
        )

    def enqueue_silence(
        self, tx: Connection, source: str, change: SilenceChange, *, now: datetime
    ) -> int:
        """Enqueue a notice of *change* of *source* for all who receive briefs. Return how many.

        A person with two subscriptions on one channel gets one notice.
        """
        subscriptions = people.active_subscriptions(tx, "brief")
        return self._enqueue(tx, subscriptions, lambda e: compose_silence(source, change, e), now)

    def _enqueue(
        self,
        tx: Connection,
        subscriptions: list[Subscription],
        compose: Callable[[Recipient], Notification],
        now: datetime,
        *,
        incident: int | None = None,
        day: date | None = None,
    ) -> int:
        people_by_slug = people.by_slug(tx)
        messages = []
        for subscription in subscriptions:
            recipient = Recipient(
                sender=self._sender,
                address=_address(subscription, people_by_slug),
                base_url=self._base_url,
                zone=subscription.zone,
            )
            messages.append(
                replace(
                    _outbox_message(compose(recipient), subscription), incident=incident, day=day
                )
            )
        return outbox.enqueue(tx, messages, now=now)


def _address(subscription: Subscription, people_by_slug: Mapping[str, Person]) -> str:
    """Return the address of the subscriber on the channel of *subscription*."""
    person = people_by_slug.get(subscription.person)
    address = person and channel_class(subscription.channel).address(person)
    return address or FALLBACK_ADDRESS


def _outbox_message(notification: Notification, subscription: Subscription) -> OutboxMessage:
    # Keys of emails are those of former releases: none is sent again after an upgrade.
    recipient = notification.recipient
    if subscription.channel != EMAIL:
        recipient = f"{subscription.channel}:{recipient}"
    return OutboxMessage(
        key=f"{notification.key}:{recipient}",
        kind=notification.kind,
        channel=subscription.channel,
        recipient=notification.recipient,
        message_id=notification.message_id,
        subject=notification.subject,
        eml=to_mime(notification),
    )
