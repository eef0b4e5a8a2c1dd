"""Cuts the tie between answers and their dossiers (NĐ 118/2025/NĐ-CP Điều 29 khoản 3).

The dossier keeps the outcomes that its rating counts (`settled_dossiers`); the answers go, in
shuffled order and without any moment, to tables that know the unit, the procedure and the half
month alone. Answers with a complaint or petition that waits for a decision stay until it is there;
what the owner disowned and no verifier let count is deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, exists, select, update

from surveys.criteria import FROM_CITIZENS, raw_outcomes
from surveys.outcomes import ComplaintState
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import (
    answers,
    complaints,
    dossiers,
    loose_answers,
    loose_complaints,
    loose_responses,
    petitions,
    responses,
    settled_dossiers,
    verifications,
)
from surveys.store.dossiers.half_months import half_month
from surveys.store.results import dossier_records, evidence
from surveys.store.results.dossier_records import Known
from surveys.store.results.petitions import OPEN

AT_ONCE = 1_000
_KEPT = ("form", "form_version", "channel", "valid", "simulated", "import_id")


async def cut_ties(conn: Connection, returned_before: datetime, order: Random) -> int:
    """Cut off the answers about dossiers returned before this civil time; returns how many.

    `order` shuffles them, so that their numbers do not tell in which order they came.
    """
    done = 0
    while batch := list((await conn.execute(_ready(returned_before).limit(AT_ONCE))).scalars()):
        done += await _cut(conn, batch, order)
    return done


def _ready(returned_before: datetime) -> Select[Any]:
    """Dossiers with answers of which none waits for an officer."""
    mine = responses.c.dossier_id == dossiers.c.id
    pending = exists().where(
        mine,
        complaints.c.response_id == responses.c.id,
        complaints.c.state == ComplaintState.PENDING,
    )
    petitioned = exists().where(
        mine,
        petitions.c.response_id == responses.c.id,
        petitions.c.state.in_(OPEN),
    )
    query = select(dossiers.c.id).where(dossiers.c.returned_at < returned_before)
    return query.where(exists().where(mine), ~pending, ~petitioned).order_by(dossiers.c.id)


async def _cut(conn: Connection, numbers: Collection[int], order: Random) -> int:
    known = {one.dossier_id: one for one in await dossier_records.find_by_ids(conn, numbers)}
    await _settle(conn, known.values())
    which = responses.c.dossier_id.in_(numbers)
    procedure = dossiers.c.procedure_id
    query = select(responses, procedure).join(dossiers, dossiers.c.id == responses.c.dossier_id)
    counts = responses.c.set_aside_at.is_(None)
    found = list((await conn.execute(query.where(which, counts))).mappings())
    order.shuffle(found)
    if found:
        await _loosen(conn, [(row, known[row["dossier_id"]]) for row in found])
    await _delete(conn, select(responses.c.id).where(which))
    await evidence.refresh(conn, numbers)
    return len(found)


async def _settle(conn: Connection, known: Collection[Known]) -> None:
    """Keep what the dossiers' answers show, before any verification, and which of these a later
    decision about a complaint replaced."""
    overruled = await _overruled(conn, known)
    new = insert(conn, settled_dossiers)
    changes = {name: new.excluded[name] for name in ("answered", "codes")}
    rows = [
        {
            "dossier_id": one.dossier_id,
            "answered": one.answered,
            "codes": _codes(one) | overruled.get(one.dossier_id, {}),
        }
        for one in known
    ]
    await conn.execute(new.on_conflict_do_update(index_elements=["dossier_id"], set_=changes), rows)


def _codes(one: Known) -> dict[str, int]:
    shown = raw_outcomes(one.record)
    return {criterion: int(shown.of(criterion)) for criterion in FROM_CITIZENS}


async def _overruled(conn: Connection, known: Collection[Known]) -> dict[int, dict[str, int]]:
    query = select(verifications.c.dossier_id, verifications.c.criterion, verifications.c.id)
    which = verifications.c.dossier_id.in_([one.dossier_id for one in known])
    counts = {one.dossier_id: one.record.verified for one in known}
    found: dict[int, dict[str, int]] = {}
    for number, criterion, last in await conn.execute(query.where(which).order_by("id")):
        if criterion not in counts[number]:
            found.setdefault(number, {})[dossier_records.overruled(criterion)] = last
    return found


async def _loosen(conn: Connection, found: Sequence[tuple[RowMapping, Known]]) -> None:
    rows = [
        {name: row[name] for name in _KEPT}
        | {
            "unit_id": one.unit_id,
            "procedure_id": row["procedure_id"],
            "half_month": _half_month(one.row()["returned_on"]),
        }
        for row, one in found
    ]
    made = insert(conn, loose_responses).returning(
        loose_responses.c.id, sort_by_parameter_order=True
    )
    new = list((await conn.execute(made, rows)).scalars())
    numbers = {row["id"]: number for (row, _), number in zip(found, new, strict=True)}
    await _copy_answers(conn, numbers)
    await _copy_complaints(conn, responses.c.id.in_(numbers))


def _half_month(day: date | None) -> date | None:
    return half_month(day) if day else None


async def _copy_answers(conn: Connection, numbers: Mapping[int, int]) -> None:
    """The last answer to each question, response by response in their new order."""
    names = ("response_id", "question", "option", "text", "turned")
    query = select(*(answers.c[name] for name in names)).where(
        answers.c.response_id.in_(numbers), answers.c.latest
    )
    rows = [
        dict(row) | {"response_id": numbers[row["response_id"]]}
        for row in (await conn.execute(query)).mappings()
        if row["option"] is not None or row["text"] is not None
    ]
    if rows:
        rows.sort(key=lambda row: (row["response_id"], row["question"]))
        await conn.execute(loose_answers.insert(), rows)


async def _copy_complaints(conn: Connection, which: ColumnElement[bool]) -> None:
    names = ("reference", "kind", "state", "due_on")
    query = select(*(complaints.c[name] for name in names)).join(
        responses, responses.c.id == complaints.c.response_id
    )
    rows = [dict(row) for row in (await conn.execute(query.where(which))).mappings()]
    if rows:
        rows.sort(key=lambda row: row["reference"])
        await conn.execute(loose_complaints.insert(), rows)


async def _delete(conn: Connection, cut: Select[Any]) -> None:
    of_response = petitions.c.response_id.in_(cut)
    await conn.execute(update(petitions).where(of_response).values(response_id=None))
    for table in (complaints, answers):
        await conn.execute(delete(table).where(table.c.response_id.in_(cut)))
    await conn.execute(delete(responses).where(responses.c.id.in_(cut)))


async def find_settled(conn: Connection, dossier_ids: Collection[int]) -> set[int]:
    """Those of the dossiers whose answers were cut off."""
    mine = settled_dossiers.c.dossier_id
    return set((await conn.execute(select(mine).where(mine.in_(dossier_ids)))).scalars())
