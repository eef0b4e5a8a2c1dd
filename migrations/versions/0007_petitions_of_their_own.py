"""A petition is a row of its own: for any dossier or none, with its content and what became of it."""

from alembic import op
import sqlalchemy as sa


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


CARRY = """
    INSERT INTO petitions (reference, state, contact_id, response_id, dossier_id, words_sealed,
        begun_at, sent_at, due_on, found, answer, officer, changed_at, told_at)
    SELECT c.reference,
        CASE WHEN c.state = 'pending' THEN 'sent' WHEN c.state = 'withdrawn' THEN 'withdrawn'
            ELSE 'answered' END,
        r.contact_id, c.response_id, r.dossier_id, c.petitioner_sealed, c.opened_at, c.formal_at,
        c.due_on, CASE WHEN c.state IN ('upheld', 'refuted') THEN c.state END, c.reason,
        c.decided_by, c.decided_at, c.decided_at
    FROM complaints c JOIN responses r ON r.id = c.response_id
    WHERE c.petitioner_sealed IS NOT NULL AND c.id = (
        SELECT min(d.id) FROM complaints d WHERE d.response_id = c.response_id
            AND d.petitioner_sealed IS NOT NULL AND d.formal_at IS NOT NULL)
"""


def upgrade() -> None:
    """Petitions that were sent are carried on; what was begun and never sent is deleted."""
    op.create_table(
        "petitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, comment="PetitionState"),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="content, name, address, phone; encrypted",
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "sent_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="became a phản ánh, kiến nghị (NĐ 20/2008)",
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("forwarded_to", sa.String(), nullable=True),
        sa.Column("found", sa.String(), nullable=True, comment="upheld | refuted"),
        sa.Column("answer", sa.Text(), nullable=True, comment="what the citizen is told"),
        sa.Column(
            "officer", sa.String(), nullable=True, comment="who answered or forwarded it last"
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when there last was something to tell",
        ),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when that was handed to the citizen's channel",
        ),
        sa.Column(
            "disputed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the citizen does not agree",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_petitions_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_petitions_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_petitions_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitions")),
        sa.UniqueConstraint("reference", name=op.f("uq_petitions_reference")),
    )
    op.create_index("ix_petitions_contact", "petitions", ["contact_id"])
    op.execute(CARRY)
    op.drop_column("complaints", "petitioner_sealed")
