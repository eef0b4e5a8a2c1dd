"""Tables: units, their dossiers, and the evidence of each dossier."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    or_,
    text,
)

from surveys.criteria import CRITERIA
from surveys.store.base.schema.types import (
    BigId,
    UtcDateTime,
    metadata,
    partial_index,
    ref,
    row_id,
)

units = Table(
    "units",
    metadata,
    row_id(),
    Column("code", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, index=True, comment="without accents and case"),
    Column("level", String, nullable=False, comment="tinh | huyen | xa"),
    Column("block", String, nullable=False),
    ref("parent_id", "units", nullable=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor_id", BigId, ForeignKey("units.id"), comment="what it was merged into"),
    Column("merged_by", String, comment="the act that merged it"),
    Column("phone", String, comment="of its one-stop desk, as citizens are told"),
    Column("address", String),
    Column("hours", String, comment="when the desk is open"),
)

unit_splits = Table(
    "unit_splits",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    ref("part_id", "units"),
    UniqueConstraint("unit_id", "part_id"),
    comment="a unit that was split, and each unit that took a part of it over",
)

unit_aliases = Table(
    "unit_aliases",
    metadata,
    row_id(),
    Column("name", String, nullable=False, comment="as files write it"),
    Column("name_key", String, nullable=False, unique=True, comment="without case; tones stay"),
    ref("unit_id", "units"),
    Column("added_at", UtcDateTime, nullable=False),
    Column("added_by", String, nullable=False),
)

procedures = Table(
    "procedures",
    metadata,
    row_id(),
    Column("name", String, nullable=False, unique=True),
)

dossiers = Table(
    "dossiers",
    metadata,
    row_id(),
    Column("code", String, nullable=False, unique=True),
    ref("unit_id", "units"),
    Column("received_by_id", BigId, ForeignKey("units.id"), comment="if another unit received it"),
    ref("procedure_id", "procedures", nullable=True),
    Column("channel", String, nullable=False, comment="in_person | online | post"),
    Column("status", SmallInteger, nullable=False, comment="1–10, national list"),
    Column("received_at", DateTime),
    Column("due_at", DateTime),
    Column("original_due_at", DateTime, comment="the first promise, if `due_at` is a later one"),
    Column("finished_at", DateTime),
    Column("returned_at", DateTime),
    Column("apology_at", DateTime),
    Column("rescheduled_to", DateTime),
    Column("reschedules", SmallInteger, comment="how often a new day was promised"),
    Column("supplements", SmallInteger, comment="how often more papers were asked for"),
    Column("supplement_days", SmallInteger, comment="days waited for them, not in the promise"),
    Column("reopened_at", DateTime, comment="after a wrong result"),
    Column("officer", String),
    Column("applicant_sealed", LargeBinary, comment="encrypted"),
    Column("phone_sealed", LargeBinary, comment="encrypted"),
    Column("phone_key", String(64), index=True, comment="keyed hash, for matching"),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("import_id", BigId, ForeignKey("imports.id"), comment="the import that made it"),
    Index("ix_dossiers_returned", "returned_at", "unit_id"),
)
partial_index(
    "ix_dossiers_received_elsewhere",
    dossiers.c.returned_at,
    where=dossiers.c.received_by_id.is_not(None),
)
partial_index(
    "ix_dossiers_promised_again",
    dossiers.c.returned_at,
    where=or_(dossiers.c.rescheduled_to.is_not(None), dossiers.c.original_due_at.is_not(None)),
)
partial_index(
    "ix_dossiers_supplemented",
    dossiers.c.returned_at,
    where=or_(
        dossiers.c.supplements > literal_column("1"),
        dossiers.c.supplement_days > literal_column("0"),
    ),
)

dossier_steps = Table(
    "dossier_steps",
    metadata,
    row_id(),
    ref("dossier_id", "dossiers"),
    Column("agency", String, nullable=False),
    Column("position", SmallInteger, nullable=False, comment="nth step of the same agency"),
    Column("due_at", DateTime),
    Column("finished_at", DateTime),
    UniqueConstraint("dossier_id", "agency", "position"),
)

_OUTCOMES = tuple(criterion.column for criterion in CRITERIA.values())

dossier_evidence = Table(
    "dossier_evidence",
    metadata,
    Column("dossier_id", BigId, ForeignKey("dossiers.id"), primary_key=True, autoincrement=False),
    ref("unit_id", "units"),
    Column("returned_on", Date, comment="the day that puts the dossier into a period"),
    Column("received_on", Date, comment="the day that counts it as received"),
    Column("online", SmallInteger, nullable=False, server_default=text("0"), comment="filed so"),
    *(Column(name, SmallInteger, nullable=False, server_default=text("0")) for name in _OUTCOMES),
    Column(
        "answered",
        SmallInteger,
        nullable=False,
        server_default=text("0"),
        comment="valid responses",
    ),
    comment="outcome codes of surveys/evidence.py; derived, and rebuilt by `db check --rebuild`",
)
Index(
    "ix_dossier_evidence_rating",
    *(dossier_evidence.c[name] for name in ("unit_id", "returned_on", *_OUTCOMES, "answered")),
)
Index(
    "ix_dossier_evidence_received",
    *(dossier_evidence.c[name] for name in ("unit_id", "received_on", "online")),
)
