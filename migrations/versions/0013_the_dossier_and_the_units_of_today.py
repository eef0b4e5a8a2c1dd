"""Receiving unit, first promise, supplements and reopening of a dossier; successors of units."""

from alembic import op
import sqlalchemy as sa


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("original_due_at", sa.DateTime(), "the first promise, if `due_at` is a later one"),
    ("reschedules", sa.SmallInteger(), "how often a new day was promised"),
    ("supplements", sa.SmallInteger(), "how often more papers were asked for"),
    ("reopened_at", sa.DateTime(), "after a wrong result"),
)
INDEXES = {
    "ix_dossiers_received_elsewhere": "received_by_id IS NOT NULL",
    "ix_dossiers_promised_again": "rescheduled_to IS NOT NULL OR original_due_at IS NOT NULL",
}


def upgrade() -> None:
    """Unknown for the dossiers that are there; what ended without a result is not returned."""
    _refer("dossiers", "received_by_id", "if another unit received it")
    for name, kind, comment in COLUMNS:
        op.add_column("dossiers", sa.Column(name, kind, comment=comment))
    for name, condition in INDEXES.items():
        where = sa.text(condition)
        op.create_index(
            name, "dossiers", ["returned_at"], sqlite_where=where, postgresql_where=where
        )
    _refer("units", "successor_id", "what it was merged into")
    op.add_column("units", sa.Column("merged_by", sa.String(), comment="the act that merged it"))
    ended = "SELECT id FROM dossiers WHERE status IN (3, 7, 8)"
    op.execute(
        f"UPDATE dossier_evidence SET returned_on = NULL WHERE dossier_id IN ({ended})"  # noqa: S608
    )


def _refer(table: str, name: str, comment: str) -> None:
    """A column that holds the number of a unit; SQLite takes the reference with the column only."""
    key = sa.ForeignKey("units.id", name=op.f(f"fk_{table}_{name}"))
    op.add_column(table, sa.Column(name, NUMBER, key, comment=comment), inline_references=True)
