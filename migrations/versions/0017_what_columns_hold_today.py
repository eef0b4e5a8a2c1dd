"""The comments of two columns name the values they hold today. SQLite keeps no comments."""

from alembic import op


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing but words changes."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("consents", "purpose", comment="survey | status | complaint | news")
        op.alter_column("contact_dossiers", "via", comment="code | link | phone | proof")
