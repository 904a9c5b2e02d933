"""How much of a text a verdict was read from: all of it, for verdicts from before excerpts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply; no row is rewritten: both databases keep the default beside the table."""
    share: sa.Column[float] = sa.Column(
        "read_share", sa.Double(), nullable=False, server_default="1"
    )
    op.add_column("verdicts", share)
