"""Column for the results of the other heads of a model; empty for older verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    heads = sa.Column("heads", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("verdicts", heads)
