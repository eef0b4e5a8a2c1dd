"""The waiting updates of each chat, stretch by stretch: those that arrive together are written to
few pages.
"""

from alembic import op
import sqlalchemy as sa


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only the index changes."""
    op.drop_index("ix_inbox_chat", "inbox")
    waits = sa.text("state = 'new'")
    op.create_index(
        "ix_inbox_chat",
        "inbox",
        [sa.text("(id >> 10)"), sa.text("substr(chat_key, 1, 12)"), "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
