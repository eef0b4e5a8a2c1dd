"""Tables: inbox and outbox, durable so that a power cut loses no message."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    literal_column,
    text,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, partial_index, ref, row_id

inbox = Table(
    "inbox",
    metadata,
    row_id(),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    Column("event_key", String, nullable=False, comment="update id or message id"),
    Column("chat_key", String(64), nullable=False, comment="keyed hash: one chat, one order"),
    Column("payload", Text, nullable=False, comment="raw JSON; emptied once handled"),
    Column("received_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False, comment="new | done | set_aside"),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("not_before_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("reason", Text, comment="for staff: why it was not handled, never a citizen's words"),
    UniqueConstraint("channel", "bot", "event_key"),
    CheckConstraint("state IN ('new', 'done', 'set_aside')", name="state"),
)


def chat_start(table: FromClause) -> ColumnElement[str]:
    """The first characters of a chat's key, by which it is found: an index of whole keys would be
    most of what storing an update costs. Compare the whole key as well."""
    return func.substr(table.c.chat_key, literal_column("1"), literal_column("12"), type_=String)


def stretch(table: FromClause) -> ColumnElement[int]:
    """The stretch of the queue that an update is in: 1,024 numbers. Within one the index of the
    waiting chats is small: updates that arrive together are written to few of its pages, however
    many wait."""
    return table.c.id.bitwise_rshift(literal_column("10"))


partial_index(
    "ix_inbox_new",
    inbox.c.id,
    inbox.c.chat_key,
    inbox.c.state,
    where=inbox.c.state == "new",
)
partial_index(
    "ix_inbox_chat",
    stretch(inbox).self_group(),
    chat_start(inbox),
    inbox.c.id,
    where=inbox.c.state == "new",
)
partial_index(
    "ix_inbox_set_aside",
    inbox.c.id,
    where=inbox.c.state == "set_aside",
)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("channel", String, nullable=False),
    Column("bot", String, nullable=False),
    ref("contact_id", "contacts"),
    Column("kind", String, nullable=False, comment="reply | invitation | reminder | notice"),
    Column("lane", SmallInteger, nullable=False, comment="0 interactive, 1 broadcast"),
    Column("message", JSON, nullable=False, comment="bot.messages.Outgoing"),
    Column("dedup_key", String, nullable=False, unique=True),
    Column("state", String, nullable=False, comment="OutboxState"),
    Column("due_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("asked_again", Boolean, nullable=False, server_default=false()),
    Column("owner", String, comment="the dispatcher that sends it"),
    Column("leased_until_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("reason", Text, comment="for staff: why it failed or waits"),
    Column("made_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger),
    ref("invitation_id", "invitations", nullable=True),
    CheckConstraint(
        "state IN ('due', 'sending', 'sent', 'rejected', 'unreachable', 'uncertain', 'expired',"
        " 'cancelled')",
        name="state",
    ),
)
partial_index(
    "ix_outbox_due",
    outbox.c.channel,
    outbox.c.bot,
    outbox.c.lane,
    outbox.c.due_ms,
    where=outbox.c.state == "due",
)
partial_index(
    "ix_outbox_sending",
    outbox.c.leased_until_ms,
    where=outbox.c.state == "sending",
)
partial_index(
    "ix_outbox_open",
    outbox.c.contact_id,
    outbox.c.id,
    where=outbox.c.state.in_(("due", "sending")),
)
partial_index(
    "ix_outbox_expiring",
    outbox.c.expires_ms,
    where=outbox.c.state == "due",
)
Index("ix_outbox_contact", outbox.c.contact_id, outbox.c.id)

slots = Table(
    "slots",
    metadata,
    Column("contact_id", BigId, ForeignKey("contacts.id"), primary_key=True),
    Column("slot", String, primary_key=True, comment="a place in the chat that is edited"),
    Column("reference", String, nullable=False, comment="the channel's id of the message there"),
)

rate_limits = Table(
    "pace",
    metadata,
    Column("channel", String, primary_key=True),
    Column("bot", String, primary_key=True),
    Column("next_ms", BigInteger, nullable=False, comment="next slot of the configured rate"),
    Column("peak_ms", BigInteger, nullable=False, comment="next slot when making up for lost time"),
    Column("paused_until_ms", BigInteger, nullable=False),
)

web_messages = Table(
    "web_messages",
    metadata,
    row_id(),
    Column("chat_key", String(64), nullable=False),
    Column("author", String, nullable=False, comment="citizen | bot"),
    Column("body", JSON, nullable=False, comment="text and buttons"),
    Column("event_key", String, comment="the page's own id of what the citizen sent"),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("chat_key", "event_key"),
    Index("ix_web_messages_chat", "chat_key", "id"),
    sqlite_autoincrement=True,  # a page asks for newer rows by id, so an id must never be reused
    comment="what the web page shows: the far end of the web channel",
)
