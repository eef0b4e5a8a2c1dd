"""Copy what a rating counts of reception into the wide row, so that one table is read for it."""

from alembic import op
import sqlalchemy as sa


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILL = """
    UPDATE dossier_evidence
    SET received_on = date(dossiers.received_at),
        online = CASE WHEN dossiers.channel = 'online' THEN 1 ELSE 0 END
    FROM dossiers
    WHERE dossiers.id = dossier_evidence.dossier_id
"""


def upgrade() -> None:
    """Add the two columns, fill them, and index them instead of the dossiers'."""
    day = sa.Column("received_on", sa.Date(), comment="the day that counts it as received")
    online = sa.Column(
        "online", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="filed so"
    )
    op.add_column("dossier_evidence", day)
    op.add_column("dossier_evidence", online)
    op.execute(FILL)
    op.create_index(
        "ix_dossier_evidence_received", "dossier_evidence", ["unit_id", "received_on", "online"]
    )
    op.drop_index("ix_dossiers_received", "dossiers")
