"""No session of a page in the inbox

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remove the session, which opens the chat, from the keys of page posts; waiting posts are
    still read.
    """
    op.execute("UPDATE inbox SET event_key = 'page:' || id WHERE channel = 'web'")
