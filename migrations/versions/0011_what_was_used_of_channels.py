"""What was used of a channel's limits; the template messages sent to phone numbers."""

from alembic import op
import sqlalchemy as sa


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENTS = (
    ("sent_at", "accepted by the channel"),
    ("delivered_at", "shown on the phone, as the channel says"),
    ("rated_at", "the citizen's rating was stored"),
)


def upgrade() -> None:
    """Nothing was counted and nothing sent before."""
    op.create_table(
        "channel_use",
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("bot", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False, comment="messages …"),
        sa.Column("span", sa.String, nullable=False, comment="2026-11, or 2026-11-27"),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("channel", "bot", "what", "span", name=op.f("pk_channel_use")),
        comment="counters of limits that a month or a day begins anew",
    )
    op.create_table(
        "template_messages",
        sa.Column(
            "tracking_id", sa.String(48), nullable=False, comment="written before the request"
        ),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("bot", sa.String, nullable=False),
        sa.Column("dossier_id", NUMBER, nullable=False),
        sa.Column("message_id", sa.String, comment="the channel's; null: no answer, or refused"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), comment=why) for name, why in MOMENTS),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_template_messages_dossier_id")
        ),
        sa.PrimaryKeyConstraint("tracking_id", name=op.f("pk_template_messages")),
        sa.UniqueConstraint(
            "channel",
            "bot",
            "message_id",
            name=op.f("uq_template_messages_channel_bot_message_id"),
        ),
        sa.UniqueConstraint(
            "channel", "dossier_id", name=op.f("uq_template_messages_channel_dossier_id")
        ),
        comment="at most one for each dossier, ever; no phone number is kept here",
    )
