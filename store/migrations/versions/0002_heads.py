"""What the other heads of a model read: nothing, for verdicts from before there were any."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply; no row is rewritten: both databases keep the default beside the table."""
    heads = sa.Column("heads", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("verdicts", heads)
