"""People who use Harken and their subscriptions; labels and acknowledgements refer to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from store.database import upsert
from store.tables import audit, people, subscriptions

OPERATOR: Final = "operator"  # the one local person: there are no accounts yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person who uses Harken."""

    slug: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The emails that a person receives."""

    slug: str
    person: str
    kind: str  # brief | digest
    channel: str
    at: str  # HH:MM in *zone*; only for digests
    zone: str  # IANA name
    watches: tuple[str, ...]  # empty: all


def replace_from_file(
    tx: Connection, new_people: Sequence[Person], new_subscriptions: Sequence[Subscription]
) -> None:
    """Upsert people and subscriptions of harken.yaml, and always the operator."""
    slugs = {p.slug for p in new_people}
    operator = [] if OPERATOR in slugs else [Person(slug=OPERATOR, name="Operator", email=None)]
    for person in (*operator, *new_people):
        columns = {"name": person.name, "email": person.email, "origin": "file"}
        statement = upsert(tx, people).values(slug=person.slug, **columns)
        tx.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=columns))
    tx.execute(update(subscriptions).where(subscriptions.c.origin == "file").values(active=False))
    for subscription in new_subscriptions:
        columns = _subscription_row(subscription)
        statement = upsert(tx, subscriptions).values(slug=subscription.slug, **columns)
        tx.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=columns))


def by_slug(tx: Connection) -> dict[str, Person]:
    """Return all people, by slug."""
    rows = tx.execute(select(people.c.slug, people.c.name, people.c.email))
    return {row.slug: Person(slug=row.slug, name=row.name, email=row.email) for row in rows}


def active_subscriptions(tx: Connection, kind: str) -> list[Subscription]:
    """Return the active subscriptions of *kind* (brief or digest), by slug."""
    query = select(subscriptions).where(subscriptions.c.active, subscriptions.c.kind == kind)
    names = tuple(Subscription.__dataclass_fields__)
    rows = tx.execute(query.order_by(subscriptions.c.slug))
    field_rows = [{name: getattr(row, name) for name in names} for row in rows]
    return [Subscription(**(f | {"watches": tuple(f["watches"])})) for f in field_rows]


def append_audit(
    tx: Connection,
    person: str,
    action: str,
    subject: str,
    *,
    facts: Mapping[str, Any],
    now: datetime,
) -> None:
    """Append an *action* of *person* on *subject* to the audit trail."""
    values = {"person": person, "action": action, "subject": subject, "facts": dict(facts)}
    tx.execute(insert(audit).values(at=now, **values))


def _subscription_row(subscription: Subscription) -> dict[str, Any]:
    names = ("person", "kind", "channel", "at", "zone")
    row = {name: getattr(subscription, name) for name in names}
    return row | {"watches": list(subscription.watches), "origin": "file", "active": True}
