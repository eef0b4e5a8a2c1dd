"""What the house keeps about itself: forms, imports, the trail, the staff."""

from sqlalchemy import JSON, Column, Integer, String, Table, Text, UniqueConstraint

from surveys.store.base.schema.types import UtcDateTime, metadata, row_id

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True, comment="key_fingerprint, sample …"),
    Column("value", String, nullable=False),
)

form_versions = Table(
    "form_versions",
    metadata,
    Column("form", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("checksum", String, nullable=False, comment="a published version never changes"),
    Column("body", Text, nullable=False, comment="the file as it was published"),
    Column("registered_at", UtcDateTime, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    row_id(),
    Column("kind", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    row_id(),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    UniqueConstraint("previous"),
)

staff = Table(
    "staff",
    metadata,
    row_id(),
    Column("name", String, nullable=False, unique=True),
    Column("roles", JSON, nullable=False, comment="verifier, reporter, admin"),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)
