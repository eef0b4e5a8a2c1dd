"""The days a dossier waited for papers; units that were split."""

from alembic import op
import sqlalchemy as sa


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAYS = "days waited for them, not in the promise"
SPLIT = "a unit that was split, and each unit that took a part of it over"


def upgrade() -> None:
    """Nothing is known to have waited, no unit to be split."""
    op.add_column("dossiers", sa.Column("supplement_days", sa.SmallInteger(), comment=DAYS))
    where = sa.text("supplements > 1 OR supplement_days > 0")
    op.create_index(
        "ix_dossiers_supplemented",
        "dossiers",
        ["returned_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "unit_splits",
        sa.Column("id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("part_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["units.id"], name="fk_unit_splits_part_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_splits_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_splits"),
        sa.UniqueConstraint("unit_id", "part_id", name="uq_unit_splits_unit_id_part_id"),
        comment=SPLIT,
    )
