"""A unit has the phone number, address and hours of its one-stop desk."""

from alembic import op
import sqlalchemy as sa


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = (
    ("phone", "of its one-stop desk, as citizens are told"),
    ("address", None),
    ("hours", "when the desk is open"),
)


def upgrade() -> None:
    """Unknown for the units that are there."""
    for name, comment in COLUMNS:
        op.add_column("units", sa.Column(name, sa.String(), comment=comment))
