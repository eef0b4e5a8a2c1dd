"""Add the system user and the key to the audit log; a system user, a staff key and a unit to
officers.
"""

from alembic import op
import sqlalchemy as sa


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AUDIT = (
    ("os_user", sa.String(), "who sat at the machine; unknown in the oldest rows"),
    ("key_id", sa.String(16), "which key sealed the row; none: a plain SHA-256"),
)
STAFF = (
    ("os_user", sa.String(), "who is it at the machine; none: never said"),
    ("key_hash", sa.String(64), "SHA-256 of the staff key"),
    ("unit", sa.String(), "code of the unit below which this officer works"),
)


def upgrade() -> None:
    """Add the columns. Old rows keep their hashes and are verified as they were written."""
    for table, columns in (("audit", AUDIT), ("staff", STAFF)):
        for name, kind, comment in columns:
            op.add_column(table, sa.Column(name, kind, comment=comment))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("staff", "roles", comment="clerk, verifier, reporter, admin")
