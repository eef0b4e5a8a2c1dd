"""Tables: invitations, interviews, responses, complaints, verifications."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from surveys.store.base.schema.types import BigId, UtcDateTime, metadata, partial_index, ref, row_id

invitations = Table(
    "invitations",
    metadata,
    row_id(),
    ref("dossier_id", "dossiers"),
    Column("form", String, nullable=False),
    Column("state", String, nullable=False, comment="InvitationState"),
    ref("contact_id", "contacts", nullable=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime, comment="handed to a channel, or opened by the citizen"),
    Column("delivered_at", UtcDateTime),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("way", String, comment="Way: chat | phone | page | receipt"),
    Column("channel", String, comment="of the way; the contact has its own"),
    Column("bot", String),
    Column("due_at", UtcDateTime, comment="planned: not before"),
    Column("reason", String, comment="Reason: why it is in its state"),
    Column("lead_id", BigId, comment="the invitation whose message carries it; may be itself"),
    Column("opened_at", UtcDateTime),
    Column("reminded_at", UtcDateTime, comment="the one reminder was queued"),
    Column("settled_at", UtcDateTime, comment="answered, declined, expired … since"),
    UniqueConstraint("dossier_id", "form"),
)
partial_index(
    "ix_invitations_planned",
    invitations.c.due_at,
    where=invitations.c.state == "planned",
)
partial_index(
    "ix_invitations_open",
    invitations.c.made_at,
    where=invitations.c.state.in_(("planned", "queued", "issued", "delivered", "opened")),
)
partial_index(
    "ix_invitations_lead",
    invitations.c.lead_id,
    where=invitations.c.lead_id.is_not(None),
)

interviews = Table(
    "interviews",
    metadata,
    row_id(),
    ref("invitation_id", "invitations"),
    ref("contact_id", "contacts"),
    Column("state", JSON, nullable=False, comment="surveys.interview.State"),
    Column("phase", String, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("invitation_id"),
)

responses = Table(
    "responses",
    metadata,
    row_id(),
    ref("dossier_id", "dossiers"),
    Column("form", String, nullable=False),
    Column("form_version", String, nullable=False),
    Column("channel", String, nullable=False, comment="telegram | zalo_oa | web | paper | …"),
    ref("contact_id", "contacts", nullable=True),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("valid", Boolean, nullable=False, comment="at least one choice was made"),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("import_id", BigId, ForeignKey("imports.id"), comment="the import that made it"),
    Column("set_aside_at", UtcDateTime, comment="the owner says that somebody else answered"),
    UniqueConstraint("dossier_id", "form"),
)

partial_index(
    "ix_responses_simulated",
    responses.c.dossier_id,
    where=responses.c.simulated == true(),
)

answers = Table(
    "answers",
    metadata,
    row_id(),
    ref("response_id", "responses"),
    Column("question", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("option", String, comment="null and no text: withdrawn, no answer"),
    Column("text", Text),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("latest", Boolean, nullable=False, comment="the last revision of its question"),
    Column(
        "turned",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="the options were shown in the reverse order",
    ),
    UniqueConstraint("response_id", "question", "revision"),
)
partial_index(
    "uq_answers_latest",
    answers.c.response_id,
    answers.c.question,
    unique=True,
    where=answers.c.latest,
)

complaints = Table(
    "complaints",
    metadata,
    row_id(),
    ref("response_id", "responses"),
    Column("kind", String, nullable=False, comment="conduct | extra_cost"),
    Column("state", String, nullable=False, comment="pending | upheld | refuted | withdrawn"),
    Column("reference", String, nullable=False, unique=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("formal_at", UtcDateTime, comment="became a phản ánh, kiến nghị (NĐ 20/2008)"),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String),
    Column("reason", Text),
    UniqueConstraint("response_id", "kind"),
)

petitions = Table(
    "petitions",
    metadata,
    row_id(),
    Column("reference", String, nullable=False, unique=True),
    Column("state", String, nullable=False, comment="PetitionState"),
    ref("contact_id", "contacts", nullable=True),
    ref("response_id", "responses", nullable=True),
    ref("dossier_id", "dossiers", nullable=True),
    Column("words_sealed", LargeBinary, comment="content, name, address, phone; encrypted"),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, comment="became a phản ánh, kiến nghị (NĐ 20/2008)"),
    Column("due_on", Date),
    Column("forwarded_to", String),
    Column("found", String, comment="upheld | refuted"),
    Column("answer", Text, comment="what the citizen is told"),
    Column("officer", String, comment="who answered or forwarded it last"),
    Column("changed_at", UtcDateTime, comment="when there last was something to tell"),
    Column("told_at", UtcDateTime, comment="when that was handed to the citizen's channel"),
    Column("disputed_at", UtcDateTime, comment="the citizen does not agree"),
    Index("ix_petitions_contact", "contact_id"),
)

verifications = Table(
    "verifications",
    metadata,
    row_id(),
    ref("dossier_id", "dossiers"),
    Column("criterion", String, nullable=False),
    Column("raw_outcome", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False, comment="what counts; 0 = refused"),
    Column("action", String, nullable=False, comment="confirm | change | refuse"),
    Column("reason", Text, nullable=False),
    Column("officer", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_verifications_latest", "dossier_id", "criterion", "id"),
)
