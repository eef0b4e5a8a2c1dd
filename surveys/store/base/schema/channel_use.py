"""Tables: what was used of a channel's limits, and the template messages sent to phone numbers."""

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint

from surveys.store.base.schema.types import UtcDateTime, metadata, ref

channel_use = Table(
    "channel_use",
    metadata,
    Column("channel", String, primary_key=True),
    Column("bot", String, primary_key=True),
    Column("what", String, primary_key=True, comment="messages …"),
    Column("span", String, primary_key=True, comment="2026-11, or 2026-11-27"),
    Column("used", Integer, nullable=False),
    comment="counters of limits that a month or a day begins anew",
)

template_messages = Table(
    "template_messages",
    metadata,
    Column("tracking_id", String(48), primary_key=True, comment="written before the request"),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    ref("dossier_id", "dossiers"),
    Column("message_id", String, comment="the channel's; null: no answer, or refused"),
    Column("tried_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, comment="accepted by the channel"),
    Column("delivered_at", UtcDateTime, comment="shown on the phone, as the channel says"),
    Column("rated_at", UtcDateTime, comment="the citizen's rating was stored"),
    UniqueConstraint("channel", "dossier_id"),
    UniqueConstraint("channel", "bot", "message_id"),
    comment="at most one for each dossier, ever; no phone number is kept here",
)
