"""A column for the reason why a mention has no date of publication."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply without rewriting a row: mentions of earlier crawls keep the date that they have."""
    op.add_column("mentions", sa.Column("undated", sa.String(), nullable=True))
    op.create_index("ix_mentions_undated", "mentions", ["undated"], unique=False)
