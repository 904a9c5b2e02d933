"""Column for the share of a text behind a verdict; 1 for older verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    share: sa.Column[float] = sa.Column(
        "read_share", sa.Double(), nullable=False, server_default="1"
    )
    op.add_column("verdicts", share)
