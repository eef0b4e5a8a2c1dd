"""Every table. The constraints here keep effects from happening twice, whatever the callers do.

Three kinds of time: `UtcDateTime` for moments, plain `DateTime` for the civil dates of a dossier
(in the authority's time zone, as the one-stop software prints them), and `*_ms` integers for the
queues, by the database's own clock.
"""

from surveys.store.base.schema.asking import (
    answers,
    complaints,
    interviews,
    invitations,
    petitions,
    responses,
    verifications,
)
from surveys.store.base.schema.channel_use import channel_use, template_messages
from surveys.store.base.schema.citizens import (
    consents,
    contact_dossiers,
    contacts,
    links,
    look_ups,
    rights_requests,
)
from surveys.store.base.schema.closing import closing_parts, closings
from surveys.store.base.schema.dossiers import (
    dossier_evidence,
    dossier_steps,
    dossiers,
    procedures,
    unit_aliases,
    unit_splits,
    units,
)
from surveys.store.base.schema.inviting import (
    citizen_turns,
    daily_quotas,
    sampling_plans,
    status_notices,
)
from surveys.store.base.schema.news import news, news_told, news_wishes
from surveys.store.base.schema.pushing import (
    api_requests,
    api_tokens,
    counter_ratings,
    counters,
    webhook_events,
    webhook_told,
)
from surveys.store.base.schema.queues import inbox, outbox, rate_limits, slots, web_messages
from surveys.store.base.schema.reported import facts, scores
from surveys.store.base.schema.system import (
    audit,
    form_versions,
    import_changes,
    import_chunks,
    imports,
    meta,
    staff,
)
from surveys.store.base.schema.tokens import token_chains
from surveys.store.base.schema.types import UtcDateTime, metadata, ready_for_ddl
from surveys.store.base.schema.unlinked import (
    loose_answers,
    loose_complaints,
    loose_responses,
    settled_dossiers,
)

__all__ = [
    "UtcDateTime",
    "answers",
    "api_requests",
    "api_tokens",
    "audit",
    "channel_use",
    "citizen_turns",
    "closing_parts",
    "closings",
    "complaints",
    "consents",
    "contact_dossiers",
    "contacts",
    "counter_ratings",
    "counters",
    "daily_quotas",
    "dossier_evidence",
    "dossier_steps",
    "dossiers",
    "facts",
    "form_versions",
    "import_changes",
    "import_chunks",
    "imports",
    "inbox",
    "interviews",
    "invitations",
    "links",
    "look_ups",
    "loose_answers",
    "loose_complaints",
    "loose_responses",
    "meta",
    "metadata",
    "news",
    "news_told",
    "news_wishes",
    "outbox",
    "petitions",
    "procedures",
    "rate_limits",
    "ready_for_ddl",
    "responses",
    "rights_requests",
    "sampling_plans",
    "scores",
    "settled_dossiers",
    "slots",
    "staff",
    "status_notices",
    "template_messages",
    "token_chains",
    "unit_aliases",
    "unit_splits",
    "units",
    "verifications",
    "web_messages",
    "webhook_events",
    "webhook_told",
]
