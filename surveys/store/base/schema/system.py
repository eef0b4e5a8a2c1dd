"""Tables: published forms, imports, the audit log, the staff."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, ref, row_id

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
    Column("state", String, nullable=False, server_default="old", comment="ImportState"),
    Column("new", Integer, nullable=False, server_default=text("0"), comment="rows that were new"),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("alive_ms", BigInteger, nullable=False, server_default=text("0"), comment="last sign"),
    Column("owner", String, comment="the process that reads or writes it: host:pid:random"),
)

import_chunks = Table(
    "import_chunks",
    metadata,
    Column("import_id", BigId, ForeignKey("imports.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False, comment="what is still to be written, as JSON"),
)

import_changes = Table(
    "import_changes",
    metadata,
    row_id(),
    ref("import_id", "imports"),
    Column("kind", String, nullable=False, comment="dossier | steps | unit | fact | score | …"),
    Column("subject", String, nullable=False, comment="a code, or unit, period and name"),
    Column("field", String, nullable=False),
    Column("before", JSON(none_as_null=True), comment="null: there was nothing"),
    Column("after", JSON(none_as_null=True)),
    Column("sealed", LargeBinary, comment="what was before, where it names a person"),
    Index("ix_import_changes_subject", "kind", "subject"),
    Index("ix_import_changes_import", "import_id"),
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
    Column("os_user", String, comment="who sat at the machine; unknown in the oldest rows"),
    Column("key_id", String(16), comment="which key sealed the row; none: a plain SHA-256"),
    UniqueConstraint("previous"),
)

staff = Table(
    "staff",
    metadata,
    row_id(),
    Column("name", String, nullable=False, unique=True),
    Column("roles", JSON, nullable=False, comment="clerk, verifier, reporter, admin"),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("os_user", String, comment="who is it at the machine; none: never said"),
    Column("key_hash", String(64), comment="SHA-256 of the staff key"),
    Column("unit", String, comment="code of the unit below which this officer works"),
)
