"""Table for entities, columns for products and people of a watch; empty for older mentions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply without rewriting a row: both databases store the default with the table."""
    for name in ("products", "people"):
        op.add_column("watches", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "named",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_named_mention")),
        sa.PrimaryKeyConstraint("mention", name=op.f("pk_named")),
    )
