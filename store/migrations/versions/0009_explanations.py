"""Tables for explanations of a sentiment, and for the watch over the drift of scores."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "explanations",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("polarity", sa.Double(), nullable=True),
        sa.Column("joint_change", sa.Double(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_explanations_mention")),
        sa.PrimaryKeyConstraint("mention", "watch", name=op.f("pk_explanations")),
    )
    op.create_table(
        "score_drift",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("learnt_to", sa.BigInteger(), nullable=False),
        sa.Column("alarm_since", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", "model", name=op.f("pk_score_drift")),
    )
