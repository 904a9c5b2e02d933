"""Letters into the outbox: who gets which brief and which digest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from alerts.channel import Notification, Recipient
from alerts.messages.brief import compose_brief
from alerts.messages.brief_facts import CHART_SPAN, IncidentCase, collect_facts
from alerts.messages.completing import Quality, load_completeness
from alerts.messages.digest import compose_digest
from alerts.messages.digest_days import local_day
from alerts.messages.digest_facts import DigestJob, collect_day_facts
from alerts.messages.mime import to_mime
from alerts.messages.reasons import explain
from config.settings import Settings
from core.incident import Incident
from store import watches
from store.alerts import outbox, people
from store.alerts.outbox import OutboxMessage
from store.alerts.people import Subscription

FALLBACK_ADDRESS = (
    "operator@localhost"  # a letter of somebody without an address is read in the console
)


class Notifier:
    """Composes letters for their subscribers and puts them into the outbox of a transaction."""

    def __init__(self, settings: Settings, quality: Quality) -> None:
        self._sender = settings.mail.sender if settings.mail else FALLBACK_ADDRESS
        self._base_url = settings.base_url
        self._quality = quality

    def enqueue_brief(self, tx: Connection, incident: Incident, *, now: datetime) -> int:
        """A brief on this revision of *incident* to everybody who wants one."""
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
        """The digest of *edition*; once a subscription, watch and day."""
        window = local_day(job.day, job.subscription.zone)
        data_completeness = load_completeness(
            tx, since=window.start, until=window.end, now=now, quality=self._quality
        )
        facts = collect_day_facts(tx, job, data_completeness)
        return self._enqueue(
            tx, [job.subscription], lambda e: compose_digest(facts, e, now), now, day=job.day
        )

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
        addresses = people.addresses(tx)
        messages = []
        for subscription in subscriptions:
            recipient = Recipient(
                sender=self._sender,
                address=addresses.get(subscription.person, FALLBACK_ADDRESS),
                base_url=self._base_url,
                zone=subscription.zone,
            )
            messages.append(
                replace(
                    _outbox_message(compose(recipient), subscription), incident=incident, day=day
                )
            )
        return outbox.enqueue(tx, messages, now=now)


def _outbox_message(notification: Notification, subscription: Subscription) -> OutboxMessage:
    return OutboxMessage(
        key=f"{notification.key}:{notification.recipient}",
        kind=notification.kind,
        channel=subscription.channel,
        recipient=notification.recipient,
        message_id=notification.message_id,
        subject=notification.subject,
        eml=to_mime(notification),
    )
