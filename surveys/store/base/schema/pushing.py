"""Tables: systems that push dossiers, what they are told; counters with a poster, their ratings."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, partial_index, ref, row_id

api_tokens = Table(
    "api_tokens",
    metadata,
    row_id(),
    Column("name", String, nullable=False, comment="of the system, as its operators know it"),
    ref("unit_id", "units", nullable=True),
    Column("token_hash", String(64), nullable=False, comment="keyed hash; the token is not kept"),
    Column("webhook_url", String),
    Column("webhook_secret_sealed", LargeBinary, comment="encrypted: it signs what is sent"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String, nullable=False),
    Column("revoked_at", UtcDateTime),
)
partial_index(
    "uq_api_tokens_name",
    api_tokens.c.name,
    unique=True,
    where=api_tokens.c.revoked_at.is_(None),
)

api_requests = Table(
    "api_requests",
    metadata,
    Column("token_id", BigId, ForeignKey("api_tokens.id"), primary_key=True),
    Column("key", String, primary_key=True, comment="Idempotency-Key"),
    Column("body_hash", String(64), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("answer", Text, nullable=False, comment="repeated to a repeated request"),
    Column("at", UtcDateTime, nullable=False, index=True),
)

webhook_told = Table(
    "webhook_told",
    metadata,
    Column("token_id", BigId, ForeignKey("api_tokens.id"), primary_key=True),
    Column("dossier_id", BigId, ForeignKey("dossiers.id"), primary_key=True),
    Column("form", String, primary_key=True),
    Column("state", String, nullable=False, comment="the state last put into webhook_events"),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    row_id(),
    ref("token_id", "api_tokens"),
    Column("event_key", String, nullable=False, unique=True, comment="the receiver's proof"),
    Column("body", Text, nullable=False, comment="JSON as it is sent and signed"),
    Column("state", String, nullable=False, comment="due | delivered | failed | cancelled"),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_ms", BigInteger, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger),
    Column("reason", Text, comment="for staff: why the last try failed"),
    CheckConstraint("state IN ('due', 'delivered', 'failed', 'cancelled')", name="state"),
)
partial_index(
    "ix_webhook_events_due",
    webhook_events.c.due_ms,
    webhook_events.c.id,
    where=webhook_events.c.state == "due",
)

counters = Table(
    "counters",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    Column("name", String, nullable=False, comment="which counter of the unit; may be empty"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    comment="what a poster's code opens",
)

counter_ratings = Table(
    "counter_ratings",
    metadata,
    row_id(),
    ref("counter_id", "counters"),
    Column("form", String, nullable=False),
    Column("form_version", String, nullable=False),
    Column("question", String, nullable=False),
    Column("option", String, nullable=False),
    Column("day", Date, nullable=False, comment="the authority's day: its period"),
    Column("at_s", BigInteger, nullable=False, comment="whole seconds since 1970"),
    Column("visitor", String(64), nullable=False, comment="keyed hash of the page's session"),
    Column("network", String(64), nullable=False, comment="keyed hash of the address; or empty"),
    Column("suspect", Boolean, nullable=False, server_default=false(), comment="came in a flood"),
    UniqueConstraint("counter_id", "visitor", "day", "question"),
    Index("ix_counter_ratings_at", "counter_id", "at_s"),
    Index("ix_counter_ratings_network", "network", "at_s"),
    Index("ix_counter_ratings_day", "day"),
    comment="answers without a dossier: counted in the tally, never in a dossier's points",
)
