"""A column for the progress of a process that failed, so that one that hangs again is killed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.add_column("processes", sa.Column("progress", sa.BigInteger(), nullable=True))
