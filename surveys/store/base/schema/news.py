"""Tables: what an office changed because of the answers, and who wants to hear it."""

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, Text

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, ref, row_id

news = Table(
    "news",
    metadata,
    row_id(),
    ref("unit_id", "units", nullable=True),
    Column("period", String, nullable=False, comment="whose answers led to it"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("words", Text, nullable=False),
    Column("words_en", Text),
    Column("added_by", String, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("approved_by", String),
    Column("approved_at", UtcDateTime),
    comment="without a unit: of the whole office",
)

news_wishes = Table(
    "news_wishes",
    metadata,
    Column("contact_id", BigId, ForeignKey("contacts.id"), primary_key=True),
    Column("unit_id", BigId, ForeignKey("units.id"), primary_key=True),
    Column("half_month", Date, primary_key=True, comment="of the return, as loose_responses"),
    comment="who answered about a unit and wants to hear what came of it; no dossier",
)

news_told = Table(
    "news_told",
    metadata,
    Column("news_id", BigId, ForeignKey("news.id"), primary_key=True),
    Column("contact_id", BigId, ForeignKey("contacts.id"), primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
    Index("ix_news_told_contact", "contact_id"),
    comment="everybody hears a piece of news once",
)
