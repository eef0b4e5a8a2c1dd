"""What citizens wrote in their own words, without dossier, day or writer."""

from dataclasses import dataclass

from sqlalchemy import select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    dossier_evidence,
    loose_answers,
    loose_responses,
    responses,
    units,
)
from surveys.store.dossiers.in_period import returned_in


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FreeText:
    """One text about a dossier of a unit, and the question it answers."""

    unit: str
    form: str
    question: str
    text: str


async def list_by_period(conn: Connection, period: Period) -> list[FreeText]:
    """The last text of each question about the dossiers returned in a period, in no order of time.

    Texts of answers that were set aside are left out.
    """
    tied = (
        select(units.c.code, responses.c.form, answers.c.question, answers.c.text)
        .select_from(dossier_evidence)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .join(responses, responses.c.dossier_id == dossier_evidence.c.dossier_id)
        .join(answers, answers.c.response_id == responses.c.id)
        .where(answers.c.latest, answers.c.text.is_not(None), returned_in(period))
        .where(responses.c.set_aside_at.is_(None))
    )
    cut_off = (
        select(units.c.code, loose_responses.c.form, loose_answers.c.question, loose_answers.c.text)
        .select_from(loose_responses)
        .join(units, units.c.id == loose_responses.c.unit_id)
        .join(loose_answers, loose_answers.c.response_id == loose_responses.c.id)
        .where(loose_answers.c.text.is_not(None))
        .where(loose_responses.c.half_month.between(period.start, period.end))
    )
    rows = [*await conn.execute(tied), *await conn.execute(cut_off)]
    names = ("unit", "form", "question", "text")
    return sorted(FreeText(**dict(zip(names, row, strict=True))) for row in rows if row[-1].strip())
