"""Letters into the outbox: who gets which brief and which digest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from alerts.channel import Envelope, Letter
from alerts.messages.brief import compose_brief
from alerts.messages.brief_facts import CHART, Case, gather
from alerts.messages.completing import Quality, completeness
from alerts.messages.digest import compose_digest
from alerts.messages.digest_days import local_day
from alerts.messages.digest_facts import Edition, gather_day
from alerts.messages.mime import to_eml
from alerts.messages.reasons import explain
from config.settings import Settings
from core.incident import Incident
from store import watches
from store.alerts import outbox, people
from store.alerts.outbox import Parcel
from store.alerts.people import Subscription

UNADDRESSED = "operator@localhost"  # a letter of somebody without an address is read in the console


class Correspondence:
    """Composes letters for their subscribers and puts them into the outbox of a transaction."""

    def __init__(self, settings: Settings, quality: Quality) -> None:
        self._sender = settings.mail.sender if settings.mail else UNADDRESSED
        self._base_url = settings.base_url
        self._quality = quality

    def brief(self, tx: Connection, incident: Incident, *, now: datetime) -> int:
        """A brief on this revision of *incident* to everybody who wants one."""
        known = {w.slug: w for w in watches.active_watches(tx)}
        topics = {t.id: t.name for t in watches.active_topics(tx)}
        wanted = [
            s
            for s in people.active_subscriptions(tx, "brief")
            if not s.watches or incident.watch in s.watches
        ]
        if not wanted:
            return 0
        case = Case(
            incident=incident,
            watch=known[incident.watch],
            topic=topics.get(incident.topic or ""),
        )
        since = min(incident.onset, now - CHART)
        complete = completeness(tx, since=since, until=now, now=now, quality=self._quality)
        evidence = gather(tx, case, complete, explain=explain, now=now)
        return self._put(
            tx, wanted, lambda e: compose_brief(evidence, e, now), now, incident=incident.id
        )

    def digest(self, tx: Connection, edition: Edition, *, now: datetime) -> int:
        """The digest of *edition*; once a subscription, watch and day."""
        window = local_day(edition.day, edition.subscription.zone)
        complete = completeness(
            tx, since=window.start, until=window.end, now=now, quality=self._quality
        )
        day = gather_day(tx, edition, complete)
        return self._put(
            tx, [edition.subscription], lambda e: compose_digest(day, e, now), now, day=edition.day
        )

    def _put(
        self,
        tx: Connection,
        wanted: list[Subscription],
        compose: Callable[[Envelope], Letter],
        now: datetime,
        *,
        incident: int | None = None,
        day: date | None = None,
    ) -> int:
        addresses = people.addresses(tx)
        parcels = []
        for subscription in wanted:
            envelope = Envelope(
                sender=self._sender,
                recipient=addresses.get(subscription.person, UNADDRESSED),
                base_url=self._base_url,
                zone=subscription.zone,
            )
            parcels.append(
                replace(_parcel(compose(envelope), subscription), incident=incident, day=day)
            )
        return outbox.put(tx, parcels, now=now)


def _parcel(letter: Letter, subscription: Subscription) -> Parcel:
    return Parcel(
        key=f"{letter.key}:{letter.recipient}",
        kind=letter.kind,
        channel=subscription.channel,
        recipient=letter.recipient,
        message_id=letter.message_id,
        subject=letter.subject,
        eml=to_eml(letter),
    )
