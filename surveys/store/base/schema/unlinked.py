"""Tables: answers that belong to no dossier any more, and what their dossiers keep of them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

from surveys.store.base.schema.types import BigId, metadata, ref, row_id

settled_dossiers = Table(
    "settled_dossiers",
    metadata,
    Column("dossier_id", BigId, ForeignKey("dossiers.id"), primary_key=True, autoincrement=False),
    Column("answered", SmallInteger, nullable=False, comment="valid responses that were cut off"),
    Column("codes", JSON, nullable=False, comment="criterion → outcome before any verification"),
)

loose_responses = Table(
    "loose_responses",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    ref("procedure_id", "procedures", nullable=True),
    Column("half_month", Date, comment="the 1st or 15th on or before the day of the return"),
    Column("form", String, nullable=False),
    Column("form_version", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("valid", Boolean, nullable=False),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("import_id", BigId, ForeignKey("imports.id"), comment="the import that made it"),
    Index("ix_loose_responses_place", "half_month", "unit_id"),
    comment="in shuffled order, without any moment",
)

loose_answers = Table(
    "loose_answers",
    metadata,
    row_id(),
    ref("response_id", "loose_responses"),
    Column("question", String, nullable=False),
    Column("option", String),
    Column("text", Text),
    Column("turned", Boolean, nullable=False, server_default=false()),
    Index("ix_loose_answers_response", "response_id"),
)

loose_complaints = Table(
    "loose_complaints",
    metadata,
    row_id(),
    Column("reference", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("due_on", Date, nullable=False),
    comment="decided ones, so that who has the reference is answered",
)
