"""Store the changes of imports so that they can be undone, and aliases of units."""

from alembic import op
import sqlalchemy as sa


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables. Earlier imports get the state `old`: they cannot be undone."""
    _imports()
    op.create_table(
        "import_chunks",
        sa.Column("import_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="what is still to be written, as JSON"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_chunks_import_id"),
        sa.PrimaryKeyConstraint("import_id", "position", name="pk_import_chunks"),
    )
    _changes()
    op.create_table(
        "unit_aliases",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="as files write it"),
        sa.Column("name_key", sa.String(), nullable=False, comment="without case; tones stay"),
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_aliases_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_aliases"),
        sa.UniqueConstraint("name_key", name="uq_unit_aliases_name_key"),
    )
    _makers()


def _makers() -> None:
    """Add the import that created a response. SQLite cannot add a constraint afterwards."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(
        f"ALTER TABLE responses ADD COLUMN import_id {'INTEGER' if sqlite else 'BIGINT'} "
        "CONSTRAINT fk_responses_import_id REFERENCES imports (id)"
    )
    for table in () if sqlite else ("responses", "dossiers"):
        op.execute(f"COMMENT ON COLUMN {table}.import_id IS 'the import that made it'")


def _imports() -> None:
    zero = sa.text("0")
    for column in (
        sa.Column(
            "state", sa.String(), server_default="old", nullable=False, comment="ImportState"
        ),
        sa.Column(
            "new", sa.Integer(), server_default=zero, nullable=False, comment="rows that were new"
        ),
        sa.Column("changed", sa.Integer(), server_default=zero, nullable=False),
        sa.Column(
            "alive_ms", sa.BigInteger(), server_default=zero, nullable=False, comment="last sign"
        ),
    ):
        op.add_column("imports", column)


def _changes() -> None:
    op.create_table(
        "import_changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("import_id", NUMBER, nullable=False),
        sa.Column(
            "kind", sa.String(), nullable=False, comment="dossier | steps | unit | fact | score | …"
        ),
        sa.Column(
            "subject", sa.String(), nullable=False, comment="a code, or unit, period and name"
        ),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), comment="null: there was nothing"),
        sa.Column("after", sa.JSON()),
        sa.Column("sealed", sa.LargeBinary(), comment="what was before, where it names a person"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_changes_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_changes"),
    )
    op.create_index("ix_import_changes_subject", "import_changes", ["kind", "subject"])
    op.create_index("ix_import_changes_import", "import_changes", ["import_id"])
