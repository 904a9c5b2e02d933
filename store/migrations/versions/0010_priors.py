"""Columns for expected shares of the sentiments: of watches, of sources, behind verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    for table, default in (("watches", "[]"), ("sources", "[]"), ("verdicts", "{}")):
        prior: sa.Column[object] = sa.Column(
            "prior", sa.JSON(), nullable=False, server_default=default
        )
        op.add_column(table, prior)
