"""Closed periods: what was signed, and what it was made of."""

from alembic import op
import sqlalchemy as sa


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COMMENT = "append-only: the audit log holds the digest"


def upgrade() -> None:
    """Both tables only ever get new rows."""
    op.create_table(
        "closings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("period", sa.String, nullable=False, comment="the id it was closed under"),
        sa.Column(
            "first_day", sa.Date, nullable=False, comment="the same days are the same period"
        ),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("scope", sa.String, nullable=False, server_default=sa.text("'office'")),
        sa.Column("turn", sa.SmallInteger, nullable=False, comment="1 close, 2 reopen, 3 close, …"),
        sa.Column("action", sa.String, nullable=False, comment="close | reopen"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column(
            "digest",
            sa.String(64),
            nullable=False,
            comment="SHA-256 of the manifest; '' of a reopen",
        ),
        sa.Column(
            "manifest", sa.JSON, nullable=False, comment="rulebook, forms, files, hash of each part"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint(
            *("first_day", "last_day", "scope", "turn"),
            name=op.f("uq_closings_first_day_last_day_scope_turn"),
        ),
        comment=COMMENT,
    )
    op.create_table(
        "closing_parts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("closing_id", NUMBER, nullable=False),
        sa.Column(
            "name", sa.String, nullable=False, comment="rating | tally | officials | dossiers | …"
        ),
        sa.Column("position", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column(
            "last_dossier",
            sa.BigInteger,
            comment="of a part of the dossiers: its highest number",
        ),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the unpacked body"),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="JSON, packed by zlib"),
        sa.ForeignKeyConstraint(
            ["closing_id"], ["closings.id"], name=op.f("fk_closing_parts_closing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_parts")),
        sa.UniqueConstraint(
            *("closing_id", "name", "position"),
            name=op.f("uq_closing_parts_closing_id_name_position"),
        ),
        comment=COMMENT,
    )
