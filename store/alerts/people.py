"""People who use Harken and their subscriptions; labels and acknowledgements refer to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from store.database import upsert
from store.tables import audit, people, subscriptions

OPERATOR: Final = "operator"  # the one local person until there are accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who uses Harken."""

    slug: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who gets which letters."""

    slug: str
    person: str
    kind: str  # brief | digest
    channel: str
    at: str  # HH:MM on the reader's clock; only for digests
    zone: str  # IANA name
    watches: tuple[str, ...]  # empty: all


def replace_from_file(
    tx: Connection, listed: Sequence[Person], wanted: Sequence[Subscription]
) -> None:
    """Upsert what harken.yaml says; the operator is always there."""
    known = {p.slug for p in listed}
    operator = [] if OPERATOR in known else [Person(slug=OPERATOR, name="Operator", email=None)]
    for person in (*operator, *listed):
        said = {"name": person.name, "email": person.email, "origin": "file"}
        row = upsert(tx, people).values(slug=person.slug, **said)
        tx.execute(row.on_conflict_do_update(index_elements=["slug"], set_=said))
    tx.execute(update(subscriptions).where(subscriptions.c.origin == "file").values(active=False))
    for one in wanted:
        said = _subscription_row(one)
        row = upsert(tx, subscriptions).values(slug=one.slug, **said)
        tx.execute(row.on_conflict_do_update(index_elements=["slug"], set_=said))


def addresses(tx: Connection) -> dict[str, str]:
    """The mail address of each person who has one, by slug."""
    query = select(people.c.slug, people.c.email).where(people.c.email.is_not(None))
    return dict(tx.execute(query).all())


def active_subscriptions(tx: Connection, kind: str) -> list[Subscription]:
    """Subscriptions to one kind of letter, by slug."""
    query = select(subscriptions).where(subscriptions.c.active, subscriptions.c.kind == kind)
    names = tuple(Subscription.__dataclass_fields__)
    rows = tx.execute(query.order_by(subscriptions.c.slug))
    found = [{name: getattr(row, name) for name in names} for row in rows]
    return [Subscription(**(f | {"watches": tuple(f["watches"])})) for f in found]


def note(
    tx: Connection,
    person: str,
    action: str,
    subject: str,
    *,
    facts: Mapping[str, Any],
    now: datetime,
) -> None:
    """Append to the audit trail: who did what to which thing."""
    values = {"person": person, "action": action, "subject": subject, "facts": dict(facts)}
    tx.execute(insert(audit).values(at=now, **values))


def _subscription_row(one: Subscription) -> dict[str, Any]:
    names = ("person", "kind", "channel", "at", "zone")
    row = {name: getattr(one, name) for name in names}
    return row | {"watches": list(one.watches), "origin": "file", "active": True}
