"""Columns for the role of an author; without a statement an older mention is by a customer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    accounts: sa.Column[object] = sa.Column(
        "own_accounts", sa.JSON(), nullable=False, server_default="[]"
    )
    op.add_column("watches", accounts)
    for table, name in (("sources", "owned"), ("matches", "own")):
        flag: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column(table, flag)
    for table in ("voices", "verdicts"):
        role: sa.Column[str] = sa.Column("role", sa.String(), nullable=True)
        op.add_column(table, role)
