"""Tables: what was signed at the end of a period, and what it was made of."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from surveys.store.base.schema.types import UtcDateTime, metadata, ref, row_id

closings = Table(
    "closings",
    metadata,
    row_id(),
    Column("period", String, nullable=False, comment="the id it was closed under"),
    Column("first_day", Date, nullable=False, comment="the same days are the same period"),
    Column("last_day", Date, nullable=False),
    Column("scope", String, nullable=False, server_default=text("'office'")),
    Column("turn", SmallInteger, nullable=False, comment="1 close, 2 reopen, 3 close, …"),
    Column("action", String, nullable=False, comment="close | reopen"),
    Column("at", UtcDateTime, nullable=False),
    Column("officer", String, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the manifest; '' of a reopen"),
    Column("manifest", JSON, nullable=False, comment="rulebook, forms, files, hash of each part"),
    UniqueConstraint("first_day", "last_day", "scope", "turn"),
    comment="append-only: the audit log holds the digest",
)

closing_parts = Table(
    "closing_parts",
    metadata,
    row_id(),
    ref("closing_id", "closings"),
    Column("name", String, nullable=False, comment="rating | tally | officials | dossiers | …"),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Column("last_dossier", BigInteger, comment="of a part of the dossiers: its highest number"),
    Column("sha256", String(64), nullable=False, comment="of the unpacked body"),
    Column("body", LargeBinary, nullable=False, comment="JSON, packed by zlib"),
    UniqueConstraint("closing_id", "name", "position"),
    comment="append-only: the audit log holds the digest",
)
