"""A petition for people and programs."""

import json
from datetime import date, datetime
from typing import Any

from surveys.privacy import Keyring
from surveys.store.results.petitions import Petition

LISTED = "reference unit dossier state found sent_at due_on days_over forwarded_to disputed"
WRITTEN = ("content", "name", "address", "phone")
SHOWN = f"{LISTED} {' '.join(WRITTEN)} answer officer"


def row(one: Petition, today: date) -> dict[str, Any]:
    """One line of the list. `days_over`: days since it was due, None when it is not overdue."""
    over = (today - one.due_on).days if one.due_on and one.is_open else 0
    return {
        "reference": one.reference,
        "unit": one.unit,
        "dossier": one.dossier,
        "state": one.state.value,
        "found": one.found.value if one.found else None,
        "sent_at": one.sent_at,
        "due_on": one.due_on,
        "days_over": over if over > 0 else None,
        "forwarded_to": one.forwarded_to,
        "disputed": one.disputed_at is not None,
    }


def whole(one: Petition, today: date, ring: Keyring) -> dict[str, Any]:
    """Everything: the line, what was written, the answer. Deleted texts are None."""
    words: dict[str, str] = json.loads(ring.unseal(one.words_sealed)) if one.words_sealed else {}
    written = {field: words.get(field) or None for field in WRITTEN}
    return row(one, today) | written | {"answer": one.answer, "officer": one.officer}


def local_day(moment: datetime | None, at: Any) -> str | None:  # noqa: ANN401 - Runtime.local
    """The date of a moment in the authority's time zone."""
    return None if moment is None else f"{at(moment):%d/%m/%Y}"
