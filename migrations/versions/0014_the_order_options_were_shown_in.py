"""An answer knows whether its options were shown in the reverse order."""

from alembic import op
import sqlalchemy as sa


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Answers given so far were shown the order of their form."""
    op.add_column(
        "answers",
        sa.Column(
            "turned",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="the options were shown in the reverse order",
        ),
    )
