"""Tables of texts and their families, and an index of mentions by text."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create them empty: crawls place the stored mentions step by step."""
    op.create_table(
        "family_texts",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("component", sa.String(length=32), nullable=False),
        sa.Column("is_centre", sa.Boolean(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_family_texts")),
        sa.UniqueConstraint("key", name=op.f("uq_family_texts_key")),
    )
    op.create_index("ix_family_texts_component", "family_texts", ["component", "key"])
    op.create_table(
        "family_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("band", "number", name=op.f("pk_family_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mentions_family", "mentions", ["family"])
