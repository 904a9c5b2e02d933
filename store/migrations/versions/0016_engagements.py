"""Table of the counts of likes, replies and the like, one row a change."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create it empty: no counts were stored before."""
    op.create_table(
        "engagements",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention"], ["mentions.id"], name=op.f("fk_engagements_mention"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mention", "at", name=op.f("pk_engagements")),
    )
