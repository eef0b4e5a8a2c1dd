"""Tables: facts that units report of themselves, and the appraiser's points."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from surveys.store.base.schema.types import metadata, ref, row_id

facts = Table(
    "facts",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    Column("period", String, nullable=False),
    Column("fact", String, nullable=False),
    Column("value", String, nullable=False, comment="a decimal as text: exact on every database"),
    ref("import_id", "imports", nullable=True),
    UniqueConstraint("unit_id", "period", "fact"),
)

scores = Table(
    "scores",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    Column("period", String, nullable=False),
    Column("stage", String, nullable=False, comment="self (tự chấm) | appraised (thẩm định)"),
    Column("criterion", String, nullable=False),
    Column("points", String, nullable=False, comment="a decimal as text"),
    Column("note", Text, nullable=False),
    ref("import_id", "imports", nullable=True),
    UniqueConstraint("unit_id", "period", "stage", "criterion"),
)
