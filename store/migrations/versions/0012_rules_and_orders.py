"""Columns for what a rule did: the sentiment of a rating, and orders that were left out."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    op.add_column("verdicts", sa.Column("rule", sa.String(), nullable=True))
    orders: sa.Column[bool] = sa.Column(
        "orders_left_out", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("verdicts", orders)
