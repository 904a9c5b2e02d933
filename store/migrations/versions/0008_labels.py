"""Tables for labels of people, random samples to label, and heads learned from labels."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention"], ["mentions.id"], name=op.f("fk_labels_mention"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    op.create_index("ix_labels_mention", "labels", ["mention"])
    op.create_table(
        "label_samples",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention"], ["mentions.id"], name=op.f("fk_label_samples_mention"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mention", name=op.f("pk_label_samples")),
    )
    op.create_table(
        "learned_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("encoder_sha256", sa.String(length=64), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_heads")),
    )
    op.create_table(
        "learned_examples",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("is_held_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["learned_heads.id"], name=op.f("fk_learned_examples_version")
        ),
        sa.ForeignKeyConstraint(
            ["mention"],
            ["mentions.id"],
            name=op.f("fk_learned_examples_mention"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "version", "head", "mention", "watch", name=op.f("pk_learned_examples")
        ),
    )
