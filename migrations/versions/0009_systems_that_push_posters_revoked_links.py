"""Systems that push dossiers and what they are told; posters of counters; links can be revoked."""

from alembic import op
import sqlalchemy as sa


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Links that are there belong to no batch."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "name", sa.String(), nullable=False, comment="of the system, as its operators know it"
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "token_hash",
            sa.String(length=64),
            nullable=False,
            comment="keyed hash; the token is not kept",
        ),
        sa.Column("webhook_url", sa.String(), nullable=True),
        sa.Column(
            "webhook_secret_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted: it signs what is sent",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_api_tokens_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
    )
    op.create_index(
        "uq_api_tokens_name",
        "api_tokens",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )

    op.create_table(
        "counters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "name", sa.String(), nullable=False, comment="which counter of the unit; may be empty"
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_counters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_counters_token_hash")),
        comment="what a poster's code opens",
    )
    op.create_table(
        "api_requests",
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False, comment="Idempotency-Key"),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="repeated to a repeated request"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_api_requests_token_id")
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_api_requests")),
    )
    op.create_index(op.f("ix_api_requests_at"), "api_requests", ["at"], unique=False)

    op.create_table(
        "counter_ratings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "counter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="the authority's day: its period"),
        sa.Column("at_s", sa.BigInteger(), nullable=False, comment="whole seconds since 1970"),
        sa.Column(
            "visitor",
            sa.String(length=64),
            nullable=False,
            comment="keyed hash of the page's session",
        ),
        sa.Column(
            "network",
            sa.String(length=64),
            nullable=False,
            comment="keyed hash of the address; or empty",
        ),
        sa.Column(
            "suspect",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="came in a flood",
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_counter_ratings_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_ratings")),
        sa.UniqueConstraint(
            "counter_id",
            "visitor",
            "day",
            "question",
            name=op.f("uq_counter_ratings_counter_id_visitor_day_question"),
        ),
        comment="answers without a dossier: counted in the tally, never in a dossier's points",
    )
    op.create_index(
        "ix_counter_ratings_at", "counter_ratings", ["counter_id", "at_s"], unique=False
    )
    op.create_index("ix_counter_ratings_day", "counter_ratings", ["day"], unique=False)
    op.create_index(
        "ix_counter_ratings_network", "counter_ratings", ["network", "at_s"], unique=False
    )

    op.create_table(
        "webhook_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False, comment="the receiver's proof"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON as it is sent and signed"),
        sa.Column(
            "state", sa.String(), nullable=False, comment="due | delivered | failed | cancelled"
        ),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="for staff: why the last try failed"),
        sa.CheckConstraint(
            "state IN ('due', 'delivered', 'failed', 'cancelled')",
            name=op.f("ck_webhook_events_state"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_webhook_events_token_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("event_key", name=op.f("uq_webhook_events_event_key")),
    )
    op.create_index(
        "ix_webhook_events_due",
        "webhook_events",
        ["due_ms", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )

    op.create_table(
        "webhook_told",
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column(
            "state", sa.String(), nullable=False, comment="the state last put into webhook_events"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_webhook_told_dossier_id")
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_webhook_told_token_id")
        ),
        sa.PrimaryKeyConstraint("token_id", "dossier_id", "form", name=op.f("pk_webhook_told")),
    )
    op.add_column(
        "links",
        sa.Column(
            "batch", sa.String(), nullable=True, comment="made together: one printing, one list"
        ),
    )
    op.add_column("links", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_links_batch"), "links", ["batch"], unique=False)
