"""The number of different texts of incidents, counted again when texts move between families."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select, update

from core.incident import MAX_EVIDENCE, IncidentState
from store.batches import batches
from store.families.current import FAMILY, FAMILY_JOIN
from store.tables import family_texts, incidents, mentions


def recount_families(tx: Connection, mention_ids: Collection[str]) -> None:
    """Count the families of each unresolved incident with one of *mention_ids* in its evidence.

    The next event of an incident counts them again. One with more than ``MAX_EVIDENCE`` mentions
    keeps its number until then, and a resolved one keeps what its emails state.
    """
    query = select(incidents.c.id, incidents.c.mentions, incidents.c.families).where(
        incidents.c.state != IncidentState.RESOLVED
    )
    for row in tx.execute(query).all():
        evidence = set(row.mentions)
        if len(evidence) < MAX_EVIDENCE and not evidence.isdisjoint(mention_ids):
            count = _family_count(tx, sorted(evidence))
            if count != row.families:
                of_incident = incidents.c.id == row.id
                tx.execute(update(incidents).where(of_incident).values(families=count))


def _family_count(tx: Connection, mention_ids: Collection[str]) -> int:
    """Return the number of families of *mention_ids*; a mention without one counts as one."""
    key = func.coalesce(FAMILY, mentions.c.id)
    query = select(key).outerjoin_from(mentions, family_texts, FAMILY_JOIN)
    families: set[str] = set()
    for batch in batches(list(mention_ids)):
        families.update(tx.scalars(query.where(mentions.c.id.in_(batch))))
    return len(families)
