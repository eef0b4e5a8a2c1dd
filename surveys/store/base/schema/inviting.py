"""Tables: when each citizen was asked last, daily quotas, samples, and notices of a status."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Table,
    UniqueConstraint,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, ref, row_id

citizen_turns = Table(
    "citizen_turns",
    metadata,
    Column("citizen_key", String(80), primary_key=True, comment="phone:hash, or contact:id"),
    Column("asked_at", UtcDateTime, nullable=False, comment="the last message that asks them"),
    comment="one row a citizen: at most one message that asks within some days",
)

daily_quotas = Table(
    "daily_quotas",
    metadata,
    Column("channel", String, primary_key=True),
    Column("bot", String, primary_key=True),
    Column("per_day", Integer, nullable=False, comment="messages a day, as the channel says"),
    Column("left_today", Integer, nullable=False),
    Column("day", Date, nullable=False, comment="to which left_today belongs"),
    Column("asked_at", UtcDateTime, nullable=False),
    comment="how many messages a channel that reaches by phone takes a day",
)

sampling_plans = Table(
    "sampling_plans",
    metadata,
    row_id(),
    ref("unit_id", "units"),
    Column("period", String, nullable=False, comment="Period.id"),
    Column("seed", String, nullable=False, comment="decides the draw, with the dossier's code"),
    Column("rule", String, nullable=False, comment="everyone | share | error"),
    Column("share", Numeric(7, 4), nullable=False, comment="percent that is drawn now"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("topped_up_at", UtcDateTime),
    UniqueConstraint("unit_id", "period"),
)

status_notices = Table(
    "status_notices",
    metadata,
    Column("contact_id", BigId, ForeignKey("contacts.id"), primary_key=True),
    Column("dossier_id", BigId, ForeignKey("dossiers.id"), primary_key=True, index=True),
    Column("number", BigInteger, primary_key=True, comment="the nth notice of this dossier"),
    Column("event", String, nullable=False, comment="what was told: Event, with its date"),
    Column("at", UtcDateTime, nullable=False),
    comment="which status of a followed dossier was told to whom",
)
