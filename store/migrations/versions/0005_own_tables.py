"""Own tables for rescorings and paused hosts; four tables that nothing writes are dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_PREFIX = "again "  # then the model: the row of a rescoring in ``counters`` up to revision 0004
_HOST = "host"  # the name of a pause in ``leases`` up to revision 0004


def upgrade() -> None:
    """Apply: move the rows of both, then drop what is unused."""
    _replays()
    _host_pauses()
    for name in ("labels", "tags", "engagement", "tombstones"):
        op.drop_table(name)


def _replays() -> None:
    op.create_table(
        "replays",
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_replays")),
    )
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    is_replay = counters.c.name.startswith(_PREFIX)
    model = sa.func.substr(counters.c.name, len(_PREFIX) + 1)
    replays = sa.table("replays", sa.column("model"), sa.column("position"))
    rows = sa.select(model, counters.c.value).where(is_replay)
    op.execute(replays.insert().from_select(["model", "position"], rows))
    op.execute(counters.delete().where(is_replay))


def _host_pauses() -> None:
    instant = sa.BigInteger()
    op.create_table(
        "host_pauses",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_pauses")),
    )
    leases = sa.table("leases", sa.column("name"), sa.column("item"), sa.column("until"))
    is_pause = leases.c.name == _HOST
    pauses = sa.table("host_pauses", sa.column("host"), sa.column("until"))
    rows = sa.select(leases.c.item, leases.c.until).where(is_pause)
    op.execute(pauses.insert().from_select(["host", "until"], rows))
    op.execute(leases.delete().where(is_pause))
