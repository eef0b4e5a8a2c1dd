"""An invitation is planned: by which way, when, why; who was asked last; which status was told."""

from alembic import op
import sqlalchemy as sa


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "state IN ('planned', 'queued', 'issued', 'delivered', 'opened')"


def upgrade() -> None:
    """Nothing is planned yet."""
    _make_tables()
    _widen_invitations()


def _widen_invitations() -> None:
    moment = sa.DateTime(timezone=True)
    columns = (
        sa.Column("way", sa.String(), comment="Way: chat | phone | page | receipt"),
        sa.Column("channel", sa.String(), comment="of the way; the contact has its own"),
        sa.Column("bot", sa.String()),
        sa.Column("due_at", moment, comment="planned: not before"),
        sa.Column("reason", sa.String(), comment="Reason: why it is in its state"),
        sa.Column(
            "lead_id", BIG_ID, comment="the invitation whose message carries it; may be itself"
        ),
        sa.Column("opened_at", moment),
        sa.Column("reminded_at", moment, comment="the one reminder was queued"),
        sa.Column("settled_at", moment, comment="answered, declined, expired … since"),
    )
    for column in columns:
        op.add_column("invitations", column)
    _index("planned", "due_at", "state = 'planned'")
    _index("open", "made_at", OPEN)
    _index("lead", "lead_id", "lead_id IS NOT NULL")


def _index(name: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        f"ix_invitations_{name}",
        "invitations",
        [column],
        sqlite_where=where,
        postgresql_where=where,
    )


def _make_tables() -> None:
    op.create_table(
        "citizen_turns",
        sa.Column(
            "citizen_key", sa.String(length=80), nullable=False, comment="phone:hash, or contact:id"
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the last message that asks them",
        ),
        sa.PrimaryKeyConstraint("citizen_key", name=op.f("pk_citizen_turns")),
        comment="one row a citizen: at most one message that asks within some days",
    )
    op.create_table(
        "daily_quotas",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column(
            "per_day", sa.Integer(), nullable=False, comment="messages a day, as the channel says"
        ),
        sa.Column("left_today", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="to which left_today belongs"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "bot", name=op.f("pk_daily_quotas")),
        comment="how many messages a channel that reaches by phone takes a day",
    )
    op.create_table(
        "sampling_plans",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("period", sa.String(), nullable=False, comment="Period.id"),
        sa.Column(
            "seed", sa.String(), nullable=False, comment="decides the draw, with the dossier's code"
        ),
        sa.Column("rule", sa.String(), nullable=False, comment="everyone | share | error"),
        sa.Column("share", sa.Numeric(7, 4), nullable=False, comment="percent that is drawn now"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topped_up_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_sampling_plans_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampling_plans")),
        sa.UniqueConstraint("unit_id", "period", name=op.f("uq_sampling_plans_unit_id_period")),
    )
    op.create_table(
        "status_notices",
        sa.Column("contact_id", BIG_ID, nullable=False),
        sa.Column("dossier_id", BIG_ID, nullable=False),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="the nth notice of this dossier"
        ),
        sa.Column(
            "event", sa.String(), nullable=False, comment="what was told: Event, with its date"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_status_notices_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_status_notices_dossier_id")
        ),
        sa.PrimaryKeyConstraint(
            "contact_id", "dossier_id", "number", name=op.f("pk_status_notices")
        ),
        comment="which status of a followed dossier was told to whom",
    )
    op.create_index(
        op.f("ix_status_notices_dossier_id"), "status_notices", ["dossier_id"], unique=False
    )
