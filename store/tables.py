"""The tables. Instants are microseconds since 1970 (UTC), so that both databases sort alike."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, _: Dialect) -> datetime | None:
        """To an aware datetime."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Column[Any] | Index | UniqueConstraint) -> Table:
    return Table(name, metadata, *parts)


def _key(name: str, kind: Any = String) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _must(name: str, kind: Any = String, default: Any = None) -> Column[Any]:
    return Column(name, kind, nullable=False, default=default)


def _may(name: str, kind: Any = String) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _mention(*, key: bool = True) -> Column[Any]:
    return Column("mention", ForeignKey("mentions.id"), primary_key=key, nullable=False)


watches = _table(
    "watches",
    _key("slug"),
    *(_must(name) for name in ("name", "kind", "query", "revision", "zone", "origin")),
    *(_must(name, JSON) for name in ("topics", "products", "people")),
    _must("purpose", Text),
    _must("retention_days", Integer),
    _must("active", Boolean),
)
topics = _table(
    "topics",
    _key("id"),
    _must("name"),
    _must("sentences", JSON),
    _must("examples", JSON),
    _must("position", Integer),
    _must("origin"),
    _must("active", Boolean),
)
sources = _table(
    "sources",
    _key("slug"),
    *(_must(name) for name in ("kind", "origin", "state")),
    *(_must(name, JSON) for name in ("options", "cursor", "validators")),
    _must("interval_s", Integer),
    _must("active", Boolean),
    _must("failures", Integer),
    _must("since", Instant),
    _must("due", Instant),
    _may("reason", Text),
    _may("first_ok", Instant),
    _may("last_ok", Instant),
    _may("backfilled", Instant),
)
runs = _table(
    "runs",
    _key("id"),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    _must("started", Instant),
    _may("ended", Instant),
    _must("state"),
    _may("reason", Text),
    *(
        _must(name, Integer, 0)
        for name in ("requests", "bytes", "not_modified", "fetched", "known", "edited", "new")
    ),
    _must("dropped", JSON),
    Index("ix_runs_source_started", "source", "started"),
)
voices = _table("voices", _key("id"), _must("platform"), _must("first_seen", Instant))
families = _table("families", _key("id"), _must("first_seen", Instant))
mentions = _table(
    "mentions",
    _key("id", String(32)),
    _must("uri", Text),
    _must("url", Text),
    _must("text", Text),
    _must("text_sha256", String(64)),
    _must("revision", Integer),
    *(_must(name) for name in ("state", "analysis", "platform")),
    _may("reason", Text),
    _may("language"),
    _may("claimed_language"),
    _may("voice"),
    _may("family"),
    _may("parent", Text),
    _may("model"),
    _must("published", Instant),
    _may("published_raw", Instant),
    _may("edited", Instant),
    _must("first_seen", Instant),
    _must("last_seen", Instant),
    Index("ix_mentions_analysis_published", "analysis", "published"),
    Index("ix_mentions_published", "published"),
)
sightings = _table(
    "sightings",
    _mention(),
    _key("source"),
    _must("first_seen", Instant),
    _must("last_seen", Instant),
)
revisions = _table(
    "revisions", _mention(), _key("revision", Integer), _must("at", Instant), _must("text_sha256")
)
matches = _table(
    "matches",
    _mention(),
    _key("watch"),
    _must("watch_revision"),
    Index("ix_matches_watch", "watch", "mention"),
)
skipped = _table(
    "skipped", _key("mention", String(32)), _key("source"), _must("at", Instant), _must("reason")
)
verdicts = _table(
    "verdicts",
    _mention(),
    _key("watch"),  # "" for the whole text
    _key("model"),
    _key("text_sha256"),
    _may("sentiment"),
    _must("probabilities", JSON),
    _may("polarity", Double),
    _must("topics", JSON),
    _must("heads", JSON),  # probabilities by head and class
    _must("read_share", Double),  # of the cleaned text, by characters; above 0, at most 1
    _must("at", Instant),
)
named = _table(  # what the present text names; an edit takes it away, as it holds words of it
    "named",
    _mention(),
    _must("text_sha256", String(64)),
    _must("entities", JSON),  # [[kind, value, said]]
    _must("phrases", JSON),
)
vectors = _table(
    "vectors",
    _mention(),
    _key("text_sha256"),
    _key("encoder_sha256"),
    _must("vector", LargeBinary),  # float16, little endian
)
labels = _table(
    "labels", _mention(), _key("watch"), _key("person"), _must("label"), _must("at", Instant)
)
tags = _table("tags", _mention(), _key("tag"), _must("person"), _must("at", Instant))
engagement = _table("engagement", _mention(), _key("at", Instant), _must("counts", JSON))
tombstones = _table("tombstones", _key("id"), _must("at", Instant), _must("reason"))
changes = _table(
    "changes",
    _key("number", BigInteger().with_variant(Integer, "sqlite")),
    _mention(key=False),
    UniqueConstraint("mention"),
)
counters = _table("counters", _key("name"), _must("value", BigInteger))
followers = _table("followers", _key("name"), _must("number", BigInteger), _must("at", Instant))
leases = _table(
    "leases",
    *(_key(name) for name in ("name", "item")),
    _must("owner"),
    _must("until", Instant),
    _must("attempts", Integer, 0),  # how often it was claimed without an end
)
baselines = _table("baselines", _key("watch"), _must("learnt_to", Instant), _must("state", JSON))
incidents = _table(
    "incidents",
    _key("id", Integer),
    *(_must(name) for name in ("watch", "kind", "state")),
    _may("topic"),
    *(_must(name, Integer) for name in ("severity", "observed", "voices", "families", "revision")),
    *(_must(name, Double) for name in ("expected", "negative_share", "usual_share")),
    *(_must(name, Instant) for name in ("onset", "detected", "updated")),
    _may("resolved", Instant),
    *(_must(name, JSON) for name in ("mentions", "coverage", "spike", "course")),
    Index("ix_incidents_watch_state", "watch", "state"),
)
incident_events = _table(
    "incident_events",
    _key("id", Integer),
    Column("incident", ForeignKey("incidents.id"), nullable=False),
    _must("revision", Integer),
    _must("at", Instant),
    _must("reason"),
    _may("person"),
    _must("facts", JSON),
    UniqueConstraint("incident", "revision"),
)
outbox = _table(
    "outbox",
    _key("id", Integer),
    _must("key"),
    *(_must(name) for name in ("kind", "channel", "recipient", "message_id", "state")),
    _must("subject", Text),
    _must("eml", LargeBinary),
    _must("attempts", Integer, 0),
    _must("created", Instant),
    _must("due", Instant),
    _may("sent", Instant),
    _may("reason", Text),
    _may("incident", Integer),
    _may("day", Date),
    UniqueConstraint("key"),
    Index("ix_outbox_state_due", "state", "due"),
)
people = _table("people", _key("slug"), _must("name"), _may("email"), _must("origin"))
subscriptions = _table(
    "subscriptions",
    _key("slug"),
    *(_must(name) for name in ("person", "kind", "channel", "at", "zone", "origin")),
    _must("watches", JSON),
    _must("active", Boolean),
)
audit = _table(
    "audit",
    _key("id", Integer),
    _must("at", Instant),
    _must("person"),
    _must("action"),
    _must("subject"),
    _must("facts", JSON),
)
processes = _table(
    "processes",
    _key("name"),
    _must("pid", Integer),
    _must("host"),
    _must("started", Instant),
    _must("beat", Instant),
    _must("state"),
    _may("reason", Text),
)
