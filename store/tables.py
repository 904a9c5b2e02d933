"""The tables. Times are microseconds since 1970 (UTC): the same order in both databases."""

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
        """Convert to microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, _: Dialect) -> datetime | None:
        """Convert to an aware datetime."""
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


def _primary_key(name: str, kind: Any = String) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _not_null(name: str, kind: Any = String, default: Any = None) -> Column[Any]:
    return Column(name, kind, nullable=False, default=default)


def _nullable(name: str, kind: Any = String) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _mention_key(*, key: bool = True, ondelete: str | None = None) -> Column[Any]:
    mention = ForeignKey("mentions.id", ondelete=ondelete)
    return Column("mention", mention, primary_key=key, nullable=False)


watches = _table(
    "watches",
    _primary_key("slug"),
    *(_not_null(name) for name in ("name", "kind", "query", "revision", "zone", "origin")),
    # prior: expected shares of negative, neutral and positive; [] if none is set
    *(_not_null(name, JSON) for name in ("topics", "products", "people", "own_accounts", "prior")),
    _not_null("purpose", Text),
    _not_null("retention_days", Integer),
    _not_null("active", Boolean),
)
topics = _table(
    "topics",
    _primary_key("id"),
    _not_null("name"),
    _not_null("sentences", JSON),
    _not_null("examples", JSON),
    _not_null("position", Integer),
    _not_null("origin"),
    _not_null("active", Boolean),
)
sources = _table(
    "sources",
    _primary_key("slug"),
    *(_not_null(name) for name in ("kind", "origin", "state")),
    *(_not_null(name, JSON) for name in ("options", "cursor", "validators", "prior")),
    _not_null("interval_s", Integer),
    _not_null("active", Boolean),
    _not_null("owned", Boolean, default=False),
    _not_null("failures", Integer),
    _not_null("since", Instant),
    _not_null("due", Instant),
    _nullable("reason", Text),
    _nullable("first_ok", Instant),
    _nullable("last_ok", Instant),
    _nullable("backfilled", Instant),
)
runs = _table(
    "runs",
    _primary_key("id"),
    Column("source", ForeignKey("sources.slug"), nullable=False),
    _not_null("started", Instant),
    _nullable("ended", Instant),
    _not_null("state"),
    _nullable("reason", Text),
    *(
        _not_null(name, Integer, 0)
        for name in ("requests", "bytes", "not_modified", "fetched", "known", "edited", "new")
    ),
    _not_null("dropped", JSON),
    _nullable("arrivals", Integer),  # posts new to this source; null before schema 0017
    Index("ix_runs_source_started", "source", "started"),
)
voices = _table(
    "voices",
    _primary_key("id"),
    _not_null("platform"),
    _not_null("first_seen", Instant),
    _nullable("role"),  # as the platform marks the account
)
families = _table("families", _primary_key("id"), _not_null("first_seen", Instant))
family_texts = _table(  # distinct folded texts; a short one has an empty sketch
    "family_texts",
    _primary_key("number", BigInteger),  # 64 bits of a hash of the key, for family_bands
    _not_null("key", String(32)),
    _not_null("family", String(32)),  # the smallest key of the family
    _not_null("component", String(32)),  # the smallest key of all texts that are linked to it
    _not_null("is_centre", Boolean),
    _not_null("sketch", LargeBinary),
    UniqueConstraint("key"),
    Index("ix_family_texts_component", "component", "key"),
)
family_bands = _table(
    "family_bands",
    _primary_key("band", BigInteger),
    _primary_key("number", BigInteger),
)
mentions = _table(
    "mentions",
    _primary_key("id", String(32)),
    _not_null("uri", Text),
    _not_null("url", Text),
    _not_null("text", Text),
    _not_null("text_sha256", String(64)),
    _not_null("revision", Integer),
    *(_not_null(name) for name in ("state", "analysis", "platform")),
    _nullable("reason", Text),
    _nullable("language"),
    _nullable("claimed_language"),
    _nullable("voice"),
    _nullable("family"),
    _nullable("parent", Text),
    _nullable("model"),
    _not_null("published", Instant),
    _nullable("published_raw", Instant),
    _nullable("undated"),  # core.timestamps.DateProblem; published is UNDATED
    _nullable("edited", Instant),
    _not_null("first_seen", Instant),
    _not_null("last_seen", Instant),
    Index("ix_mentions_analysis_published", "analysis", "published"),
    Index("ix_mentions_published", "published"),
    Index("ix_mentions_undated", "undated"),
    Index("ix_mentions_family", "family"),
)
engagements = _table(
    "engagements",
    _mention_key(ondelete="CASCADE"),
    _primary_key("at", Instant),
    _not_null("counts", JSON),  # counts by name, as the source publishes them
)
sightings = _table(
    "sightings",
    _mention_key(),
    _primary_key("source"),
    _not_null("first_seen", Instant),
    _not_null("last_seen", Instant),
)
revisions = _table(
    "revisions",
    _mention_key(),
    _primary_key("revision", Integer),
    _not_null("at", Instant),
    _not_null("text_sha256"),
)
matches = _table(
    "matches",
    _mention_key(),
    _primary_key("watch"),
    _not_null("watch_revision"),
    _not_null("own", Boolean, default=False),  # an own account of the watch wrote the mention
    Index("ix_matches_watch", "watch", "mention"),
)
skipped = _table(
    "skipped",
    _primary_key("mention", String(32)),
    _primary_key("source"),
    _not_null("at", Instant),
    _not_null("reason"),
)
verdicts = _table(
    "verdicts",
    _mention_key(),
    _primary_key("watch"),  # "" for the whole text
    _primary_key("model"),
    _primary_key("text_sha256"),
    _nullable("sentiment"),
    _not_null("probabilities", JSON),
    _nullable("polarity", Double),
    _not_null("topics", JSON),
    _not_null("heads", JSON),  # probabilities by head and class
    _nullable("role"),  # the likeliest class of the head role
    _not_null("read_share", Double),  # of the cleaned text, by characters; above 0, at most 1
    _not_null("prior", JSON),  # expected shares by sentiment; {} if none is set
    _nullable("rule"),  # that gave the sentiment
    _not_null("orders_left_out", Boolean),
    _not_null("at", Instant),
)
named = _table(  # entities of the present text; an edit deletes them, as they contain words of it
    "named",
    _mention_key(),
    _not_null("text_sha256", String(64)),
    _not_null("entities", JSON),  # [[kind, value, said]]
    _not_null("phrases", JSON),
)
vectors = _table(
    "vectors",
    _mention_key(),
    _primary_key("text_sha256"),
    _primary_key("encoder_sha256"),
    _not_null("vector", LargeBinary),  # float16, little endian
)
changes = _table(
    "changes",
    _primary_key("number", BigInteger().with_variant(Integer, "sqlite")),
    _mention_key(key=False),
    UniqueConstraint("mention"),
)
counters = _table("counters", _primary_key("name"), _not_null("value", BigInteger))
followers = _table(
    "followers", _primary_key("name"), _not_null("number", BigInteger), _not_null("at", Instant)
)
leases = _table(
    "leases",
    *(_primary_key(name) for name in ("name", "item")),
    _not_null("owner"),
    _not_null("until", Instant),
    _not_null("attempts", Integer, 0),  # earlier claims without an end
)
replays = _table("replays", _primary_key("model"), _not_null("position", BigInteger))
source_silences = _table(  # the rhythm of each source, and its silence
    "source_silences",
    Column("source", ForeignKey("sources.slug"), primary_key=True, nullable=False),
    _not_null("learnt_to", Instant),
    _nullable("silent_since", Instant),
    _nullable("expected", Double),
    _not_null("state", JSON),
)
source_gaps = _table(
    "source_gaps",
    Column("source", ForeignKey("sources.slug"), primary_key=True, nullable=False),
    _primary_key("since", Instant),
    _nullable("until", Instant),  # null: it goes on
    _not_null("reason"),
    _not_null("caught_up", Boolean, default=False),
    Index("ix_source_gaps_until", "until"),
)
host_pauses = _table("host_pauses", _primary_key("host"), _not_null("until", Instant))
explanations = _table(  # requests of pages and their answers; positions alone, no words
    "explanations",
    _mention_key(),
    _primary_key("watch"),  # "" for the whole text
    _not_null("text_sha256", String(64)),
    _not_null("requested_at", Instant),
    *(_nullable(name, Instant) for name in ("started_at", "answered_at")),
    _nullable("model"),
    *(_nullable(name, Double) for name in ("polarity", "joint_change")),
    _not_null("words", JSON),  # [[start, end, change]]
    _nullable("rule"),
    _nullable("problem"),
)
score_drift = _table(
    "score_drift",
    *(_primary_key(name) for name in ("source", "model")),
    _not_null("learnt_to", Instant),
    _nullable("alarm_since", Instant),
    _not_null("state", JSON),
)
baselines = _table(
    "baselines", _primary_key("watch"), _not_null("learnt_to", Instant), _not_null("state", JSON)
)
incidents = _table(
    "incidents",
    _primary_key("id", Integer),
    *(_not_null(name) for name in ("watch", "kind", "state")),
    _nullable("topic"),
    *(
        _not_null(name, Integer)
        for name in ("severity", "observed", "voices", "families", "revision")
    ),
    *(_not_null(name, Double) for name in ("expected", "negative_share", "usual_share")),
    *(_not_null(name, Instant) for name in ("onset", "detected", "updated")),
    _nullable("resolved", Instant),
    *(_not_null(name, JSON) for name in ("mentions", "coverage", "spike", "course")),
    Index("ix_incidents_watch_state", "watch", "state"),
)
incident_events = _table(
    "incident_events",
    _primary_key("id", Integer),
    Column("incident", ForeignKey("incidents.id"), nullable=False),
    _not_null("revision", Integer),
    _not_null("at", Instant),
    _not_null("reason"),
    _nullable("person"),
    _not_null("facts", JSON),
    UniqueConstraint("incident", "revision"),
)
outbox = _table(
    "outbox",
    _primary_key("id", Integer),
    _not_null("key"),
    *(_not_null(name) for name in ("kind", "channel", "recipient", "message_id", "state")),
    _not_null("subject", Text),
    _not_null("eml", LargeBinary),
    _not_null("attempts", Integer, 0),
    _not_null("created", Instant),
    _not_null("due", Instant),
    _nullable("sent", Instant),
    _nullable("reason", Text),
    _nullable("incident", Integer),
    _nullable("day", Date),
    UniqueConstraint("key"),
    Index("ix_outbox_state_due", "state", "due"),
)
people = _table(
    "people", _primary_key("slug"), _not_null("name"), _nullable("email"), _not_null("origin")
)
subscriptions = _table(
    "subscriptions",
    _primary_key("slug"),
    *(_not_null(name) for name in ("person", "kind", "channel", "at", "zone", "origin")),
    _not_null("watches", JSON),
    _not_null("active", Boolean),
)
audit = _table(
    "audit",
    _primary_key("id", Integer),
    _not_null("at", Instant),
    _not_null("person"),
    _not_null("action"),
    _not_null("subject"),
    _not_null("facts", JSON),
)
labels = _table(
    "labels",
    _primary_key("id", Integer),
    _mention_key(key=False, ondelete="CASCADE"),
    _not_null("text_sha256", String(64)),
    _not_null("head"),
    _not_null("watch"),  # "" except for the sentiment towards a watch
    _nullable("classes", JSON(none_as_null=True)),  # null: withdrawn
    _not_null("person"),
    _not_null("at", Instant),
    Index("ix_labels_mention", "mention"),
)
label_samples = _table("label_samples", _mention_key(ondelete="CASCADE"), _not_null("at", Instant))
learned_heads = _table(
    "learned_heads",
    _primary_key("id", Integer),
    _not_null("sha256", String(64)),
    _not_null("model"),
    _not_null("encoder_sha256", String(64)),
    _not_null("heads", JSON),
    _not_null("at", Instant),
    _nullable("undone", Instant),
)
learned_examples = _table(
    "learned_examples",
    Column("version", ForeignKey("learned_heads.id"), primary_key=True, nullable=False),
    _primary_key("head"),
    _mention_key(ondelete="CASCADE"),
    _primary_key("watch"),  # as in labels
    _not_null("text_sha256", String(64)),
    _not_null("classes", JSON),
    _not_null("is_held_out", Boolean),
)
processes = _table(
    "processes",
    _primary_key("name"),
    _not_null("pid", Integer),
    _not_null("host"),
    _not_null("started", Instant),
    _not_null("beat", Instant),
    _not_null("state"),
    _nullable("reason", Text),
    _nullable("progress", Instant),
)
holders = _table(  # of the database: the one run that may crawl, score and send
    "holders",
    _primary_key("name"),
    _not_null("token"),
    _not_null("host"),
    _not_null("pid", Integer),
    _not_null("folder", Text),
    _not_null("started", Instant),
    _not_null("beats", Integer),
)
voice_keys = _table("voice_keys", _primary_key("fingerprint"))
settings_status = _table(
    "settings_status",
    _primary_key("path"),
    _not_null("applied_at", Instant),
    _nullable("rejected_at", Instant),
    _nullable("problem", Text),
    _not_null("restart", JSON),
)
