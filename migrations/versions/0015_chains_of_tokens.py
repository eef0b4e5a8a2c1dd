"""Chains of tokens: each renewal makes the pair before it useless."""

from alembic import op
import sqlalchemy as sa


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENTS = {
    "renewed_ms": "when this pair was committed",
    "access_until_ms": "end of the access token; 0: none yet",
    "refresh_until_ms": "end of the refresh token, if it is not used",
    "intent_ms": "when a renewal began whose outcome is unknown; 0: none",
    "lost_ms": "since when only a person can authorise again; 0: not lost",
    "retry_ms": "no renewal before",
}


def upgrade() -> None:
    """Nobody has authorised anything yet."""
    op.create_table(
        "token_chains",
        sa.Column("name", sa.String(), nullable=False, comment="vendor and app"),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="the pair of tokens, encrypted"
        ),
        sa.Column("generation", sa.Integer(), nullable=False, comment="counts the pairs"),
        *(_moment(name, comment) for name, comment in MOMENTS.items()),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "reason", sa.Text(), comment="for staff: why the last renewal failed; never a token"
        ),
        sa.Column("owner", sa.String(), comment="the process that renews"),
        _moment("leased_until_ms", "end of its lease"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_token_chains")),
        comment="one row a chain; the only place where its tokens are kept",
    )


def _moment(name: str, comment: str) -> sa.Column[int]:
    zero = sa.text("0")
    return sa.Column(name, sa.BigInteger(), server_default=zero, nullable=False, comment=comment)
