"""What citizens wrote in their own words, without dossier, day or writer."""

from dataclasses import dataclass

from sqlalchemy import select

from surveys.period import Period
from surveys.privacy import SEALED, Keyring
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


async def list_by_period(conn: Connection, period: Period, ring: Keyring) -> list[FreeText]:
    """The last text of each question about the dossiers returned in a period, in no order of time.

    Texts of answers that were set aside are left out. Raises `privacy.wrong_key`.
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
    said = [(*place, ring.open_words(kept)) for *place, kept in rows]
    names = ("unit", "form", "question", "text")
    return sorted(FreeText(**dict(zip(names, one, strict=True))) for one in said if one[-1].strip())


async def seal_plain(conn: Connection, ring: Keyring, limit: int) -> int:
    """Encrypt at most `limit` texts that an earlier version kept in the clear; returns how many it
    found in each of the two tables at most.
    """
    most = 0
    for table in (answers, loose_answers):
        plain = table.c.text.is_not(None) & ~table.c.text.startswith(SEALED, autoescape=True)
        query = select(table.c.id, table.c.text).where(plain).limit(limit)
        rows = (await conn.execute(query)).all()
        for number, text in rows:
            sealed = {"text": ring.seal_words(text)}
            await conn.execute(table.update().where(table.c.id == number).values(sealed))
        most = max(most, len(rows))
    return most
