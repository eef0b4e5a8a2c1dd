"""Answers that belong to no dossier any more, answers set aside, news of what changed."""

from alembic import op
import sqlalchemy as sa


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nothing is cut off, set aside or told so far."""
    _loose()
    _settled()
    _news()
    op.add_column("responses", sa.Column("set_aside_at", _moment(), comment=ASIDE))


ASIDE = "the owner says that somebody else answered"


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _loose() -> None:
    op.create_table(
        "loose_responses",
        sa.Column("id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("procedure_id", ID),
        sa.Column(
            "half_month", sa.Date(), comment="the 1st or 15th on or before the day of the return"
        ),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("import_id", ID, comment="the import that made it"),
        _key("loose_responses", "import_id", "imports"),
        _key("loose_responses", "procedure_id", "procedures"),
        _key("loose_responses", "unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name="pk_loose_responses"),
        comment="in shuffled order, without any moment",
    )
    op.create_index("ix_loose_responses_place", "loose_responses", ["half_month", "unit_id"])
    op.create_table(
        "loose_answers",
        sa.Column("id", ID, nullable=False),
        sa.Column("response_id", ID, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("option", sa.String()),
        sa.Column("text", sa.Text()),
        sa.Column("turned", sa.Boolean(), server_default=sa.false(), nullable=False),
        _key("loose_answers", "response_id", "loose_responses"),
        sa.PrimaryKeyConstraint("id", name="pk_loose_answers"),
    )
    op.create_index("ix_loose_answers_response", "loose_answers", ["response_id"])
    op.create_table(
        "loose_complaints",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loose_complaints"),
        sa.UniqueConstraint("reference", name="uq_loose_complaints_reference"),
        comment="decided ones, so that who has the reference is answered",
    )


def _settled() -> None:
    op.create_table(
        "settled_dossiers",
        sa.Column("dossier_id", ID, autoincrement=False, nullable=False),
        sa.Column(
            "answered",
            sa.SmallInteger(),
            nullable=False,
            comment="valid responses that were cut off",
        ),
        sa.Column(
            "codes",
            sa.JSON(),
            nullable=False,
            comment="criterion → outcome before any verification",
        ),
        _key("settled_dossiers", "dossier_id", "dossiers"),
        sa.PrimaryKeyConstraint("dossier_id", name="pk_settled_dossiers"),
    )


def _news() -> None:
    op.create_table(
        "news",
        sa.Column("id", ID, nullable=False),
        sa.Column("unit_id", ID),
        sa.Column("period", sa.String(), nullable=False, comment="whose answers led to it"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text()),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", _moment(), nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved_at", _moment()),
        _key("news", "unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
        comment="without a unit: of the whole office",
    )
    op.create_table(
        "news_wishes",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column(
            "half_month", sa.Date(), nullable=False, comment="of the return, as loose_responses"
        ),
        _key("news_wishes", "contact_id", "contacts"),
        _key("news_wishes", "unit_id", "units"),
        sa.PrimaryKeyConstraint("contact_id", "unit_id", "half_month", name="pk_news_wishes"),
        comment="who answered about a unit and wants to hear what came of it; no dossier",
    )
    op.create_table(
        "news_told",
        sa.Column("news_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("told_at", _moment(), nullable=False),
        _key("news_told", "contact_id", "contacts"),
        _key("news_told", "news_id", "news"),
        sa.PrimaryKeyConstraint("news_id", "contact_id", name="pk_news_told"),
        comment="everybody hears a piece of news once",
    )
    op.create_index("ix_news_told_contact", "news_told", ["contact_id"])
