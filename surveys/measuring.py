"""How a rulebook measures the time of a dossier: which promise, and what supplements mean."""

from dataclasses import dataclass, replace
from datetime import datetime

from surveys.outcomes import DossierRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplements:
    """How often more papers were asked for, and the days waited for them, as the export says."""

    asked: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What a rulebook decides about time.

    `promised_last`: by the day promised last instead of the first; `asked_again_is_late`: a dossier
    with a second request for papers is late; `waiting_left_out`: the days waited for papers do not
    count.
    """

    promised_last: bool = False
    asked_again_is_late: bool = False
    waiting_left_out: bool = False


def measured(
    record: DossierRecord,
    by: Measuring,
    *,
    promised_again: datetime | None,
    supplements: Supplements,
) -> DossierRecord:
    """The record as a rulebook reads it; the same record where it reads the days as they are."""
    return replace(
        record,
        due_at=(by.promised_last and promised_again) or record.due_at,
        late_anyway=by.asked_again_is_late and supplements.asked > 1,
        days_left_out=supplements.days if by.waiting_left_out else 0,
    )
