"""Tables: contacts, their consents, and their requests about their own data."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, ref, row_id

contacts = Table(
    "contacts",
    metadata,
    row_id(),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("chat_key", String(64), comment="keyed hash of the chat id; gone once erased"),
    Column("address_sealed", LargeBinary, comment="the chat id, encrypted; gone once erased"),
    Column("phone_key", String(64), index=True),
    Column("language", String, nullable=False),
    Column("status", String, nullable=False, comment="active | blocked | deactivated | erased"),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("focus", JSON, comment="what the chat is about now: interview, consent, complaint …"),
    UniqueConstraint("channel", "bot", "chat_key"),
)

contact_dossiers = Table(
    "contact_dossiers",
    metadata,
    Column("contact_id", BigId, ForeignKey("contacts.id"), primary_key=True),
    Column("dossier_id", BigId, ForeignKey("dossiers.id"), primary_key=True, index=True),
    Column("via", String, nullable=False, comment="code | link | phone | proof"),
    Column("follows", Boolean, nullable=False, server_default=false()),
    Column("linked_at", UtcDateTime, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="sha256; the token is not kept"),
    ref("dossier_id", "dossiers"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("batch", String, index=True, comment="made together: one printing, one list"),
    Column("revoked_at", UtcDateTime),
)

consents = Table(
    "consents",
    metadata,
    row_id(),
    ref("contact_id", "contacts"),
    Column("purpose", String, nullable=False, comment="survey | status | complaint | news"),
    Column("given", Boolean, nullable=False, comment="false: refused or withdrawn"),
    Column("text_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_consents_latest", "contact_id", "purpose", "id"),
)

look_ups = Table(
    "look_ups",
    metadata,
    row_id(),
    Column("at_s", BigInteger, nullable=False, comment="whole seconds since 1970"),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("chat", String(64), nullable=False, comment="keyed hash of its own; outlives /xoa"),
    Column("network", String(64), nullable=False, comment="keyed hash of the address; or empty"),
    Index("ix_look_ups_at", "at_s"),
    Index("ix_look_ups_bot", "channel", "bot", "at_s"),
    Index("ix_look_ups_chat", "chat", "at_s"),
    Index("ix_look_ups_network", "network", "at_s"),
    comment="dossier codes asked for without proof within the last hour",
)

rights_requests = Table(
    "rights_requests",
    metadata,
    row_id(),
    ref("contact_id", "contacts"),
    Column("kind", String, nullable=False, comment="view | withdraw | erase"),
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("done_at", UtcDateTime),
)
