"""Expected shares of the sentiments in the sources of mentions."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from store.tables import sightings, sources


def source_priors(tx: Connection, ids: Collection[str]) -> dict[str, tuple[float, ...]]:
    """Return the prior of the source of each of the mentions *ids* that has one, by id.

    Of several sources with a prior the first by slug counts.
    """
    query = (
        select(sightings.c.mention, sources.c.prior)
        .join(sources, sources.c.slug == sightings.c.source)
        .where(sightings.c.mention.in_(list(ids)), sources.c.active)
        .order_by(sources.c.slug.desc())
    )
    return {row.mention: tuple(row.prior) for row in tx.execute(query) if row.prior}
