"""Dossier codes asked for within the last hour; the waiting updates of each chat by an index."""

from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "ix_look_ups_at": ["at_s"],
    "ix_look_ups_bot": ["channel", "bot", "at_s"],
    "ix_look_ups_chat": ["chat", "at_s"],
    "ix_look_ups_network": ["network", "at_s"],
}


def upgrade() -> None:
    """Limits of look-ups outlive the erasure of a chat."""
    op.create_table(
        "look_ups",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False, comment="whole seconds since 1970"),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("bot", sa.String, nullable=False),
        sa.Column(
            "chat", sa.String(64), nullable=False, comment="keyed hash of its own; outlives /xoa"
        ),
        sa.Column(
            "network", sa.String(64), nullable=False, comment="keyed hash of the address; or empty"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_ups")),
        comment="dossier codes asked for without proof within the last hour",
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "look_ups", columns)
    waits = sa.text("state = 'new'")
    op.create_index(
        "ix_inbox_chat",
        "inbox",
        ["chat_key", "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
