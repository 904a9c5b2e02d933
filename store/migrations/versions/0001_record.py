"""The first schema."""

import sqlalchemy as sa
from alembic import op

from store.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; those that others refer to come first."""
    _audit()
    _baselines()
    _counters()
    _families()
    _followers()
    _incidents()
    _leases()
    _mentions()
    _outbox()
    _people()
    _processes()
    _skipped()
    _sources()
    _subscriptions()
    _tombstones()
    _topics()
    _voices()
    _watches()
    _changes()
    _engagement()
    _incident_events()
    _labels()
    _matches()
    _revisions()
    _runs()
    _sightings()
    _tags()
    _vectors()
    _verdicts()
    op.execute("insert into counters (name, value) values ('change', 0)")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def _baselines() -> None:
    op.create_table(
        "baselines",
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("learnt_to", Instant(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("watch", name=op.f("pk_baselines")),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _families() -> None:
    op.create_table(
        "families",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_families")),
    )


def _followers() -> None:
    op.create_table(
        "followers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_followers")),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("negative_share", sa.Double(), nullable=False),
        sa.Column("usual_share", sa.Double(), nullable=False),
        sa.Column("onset", Instant(), nullable=False),
        sa.Column("detected", Instant(), nullable=False),
        sa.Column("updated", Instant(), nullable=False),
        sa.Column("resolved", Instant(), nullable=True),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("spike", sa.JSON(), nullable=False),
        sa.Column("course", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_watch_state", "incidents", ["watch", "state"], unique=False)


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "item", name=op.f("pk_leases")),
    )


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("analysis", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("claimed_language", sa.String(), nullable=True),
        sa.Column("voice", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("published", Instant(), nullable=False),
        sa.Column("published_raw", Instant(), nullable=True),
        sa.Column("edited", Instant(), nullable=True),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
    )
    op.create_index(
        "ix_mentions_analysis_published", "mentions", ["analysis", "published"], unique=False
    )
    op.create_index("ix_mentions_published", "mentions", ["published"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("eml", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("sent", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_state_due", "outbox", ["state", "due"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_people")),
    )


def _processes() -> None:
    op.create_table(
        "processes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("started", Instant(), nullable=False),
        sa.Column("beat", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_processes")),
    )


def _skipped() -> None:
    op.create_table(
        "skipped",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("mention", "source", name=op.f("pk_skipped")),
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("validators", sa.JSON(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("first_ok", Instant(), nullable=True),
        sa.Column("last_ok", Instant(), nullable=True),
        sa.Column("backfilled", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_sources")),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("watches", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_subscriptions")),
    )


def _tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
    )


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )


def _voices() -> None:
    op.create_table(
        "voices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voices")),
    )


def _watches() -> None:
    op.create_table(
        "watches",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_watches")),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_changes_mention")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_changes")),
        sa.UniqueConstraint("mention", name=op.f("uq_changes_mention")),
    )


def _engagement() -> None:
    op.create_table(
        "engagement",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_engagement_mention")),
        sa.PrimaryKeyConstraint("mention", "at", name=op.f("pk_engagement")),
    )


def _incident_events() -> None:
    op.create_table(
        "incident_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_incident_events_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_events")),
        sa.UniqueConstraint(
            "incident", "revision", name=op.f("uq_incident_events_incident_revision")
        ),
    )


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_labels_mention")),
        sa.PrimaryKeyConstraint("mention", "watch", "person", name=op.f("pk_labels")),
    )


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("watch_revision", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_matches_mention")),
        sa.PrimaryKeyConstraint("mention", "watch", name=op.f("pk_matches")),
    )
    op.create_index("ix_matches_watch", "matches", ["watch", "mention"], unique=False)


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_revisions_mention")),
        sa.PrimaryKeyConstraint("mention", "revision", name=op.f("pk_revisions")),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("started", Instant(), nullable=False),
        sa.Column("ended", Instant(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.slug"], name=op.f("fk_runs_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_source_started", "runs", ["source", "started"], unique=False)


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_sightings_mention")),
        sa.PrimaryKeyConstraint("mention", "source", name=op.f("pk_sightings")),
    )


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_tags_mention")),
        sa.PrimaryKeyConstraint("mention", "tag", name=op.f("pk_tags")),
    )


def _vectors() -> None:
    op.create_table(
        "vectors",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("encoder_sha256", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_vectors_mention")),
        sa.PrimaryKeyConstraint(
            "mention", "text_sha256", "encoder_sha256", name=op.f("pk_vectors")
        ),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("mention", sa.String(length=32), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("sentiment", sa.String(), nullable=True),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        sa.Column("polarity", sa.Double(), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["mention"], ["mentions.id"], name=op.f("fk_verdicts_mention")),
        sa.PrimaryKeyConstraint(
            "mention", "watch", "model", "text_sha256", name=op.f("pk_verdicts")
        ),
    )
