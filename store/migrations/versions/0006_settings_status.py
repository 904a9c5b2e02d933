"""A table for the state of harken.yaml in a running Harken: what applies, and what is wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "settings_status",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("rejected_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("restart", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_settings_status")),
    )
