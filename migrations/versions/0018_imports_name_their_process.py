"""An import names the process that works on it, so that its end is seen at once."""

from alembic import op
import sqlalchemy as sa


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OWNER = "the process that reads or writes it: host:pid:random"


def upgrade() -> None:
    """Of imports that are under way only the lease is known, as before."""
    op.add_column("imports", sa.Column("owner", sa.String(), comment=OWNER))
