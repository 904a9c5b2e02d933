"""Posts that are new to a source, by run; the rhythm of each source; and gaps of sources.

``runs.arrivals`` stays null for the runs so far: nothing stored says when a source first listed a
post that was not stored, so the rhythm is learnt from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    op.add_column("runs", sa.Column("arrivals", sa.Integer(), nullable=True))
    op.create_table(
        "source_silences",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("learnt_to", sa.BigInteger(), nullable=False),
        sa.Column("silent_since", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.Double(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.slug"], name=op.f("fk_source_silences_source")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_silences")),
    )
    op.create_table(
        "source_gaps",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("caught_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name=op.f("fk_source_gaps_source")),
        sa.PrimaryKeyConstraint("source", "since", name=op.f("pk_source_gaps")),
    )
    op.create_index("ix_source_gaps_until", "source_gaps", ["until"])
