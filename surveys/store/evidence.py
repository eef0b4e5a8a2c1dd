"""The wide evidence rows: one a dossier, derived, kept in the transaction that changes a dossier.

Everything here can be thrown away and rebuilt from dossiers, steps, answers, complaints and
verifications; `disagreements` proves that nothing has drifted.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from surveys.outcomes import FIELDS, Case, ComplaintState, Given, Step, outcomes, raw_outcomes
from surveys.store.database import insert
from surveys.store.schema import (
    answers,
    complaints,
    dossier_evidence,
    dossier_steps,
    dossiers,
    responses,
    verifications,
)

BATCH = 2_000
QUESTIONS = (
    "contacts",
    "contacts_own_fault",
    "agencies",
    "agencies_field_check",
    "publicity",
    "conduct",
    "on_time",
)
"""What is asked of citizens that bears on a dossier's outcomes."""

AnyRow = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]
Which = Callable[[ColumnElement[int]], ColumnElement[bool]]
EvidenceRow = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A dossier whose stored evidence is not what its own records say; None: no row at all."""

    dossier: str
    stored: EvidenceRow | None
    derived: EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One dossier's case, whose it is, and how many valid responses it has."""

    dossier_id: int
    code: str
    unit_id: int
    case: Case
    answered: int

    def row(self) -> EvidenceRow:
        """The evidence row it should have."""
        returned = self.case.returned_at
        return {
            "dossier_id": self.dossier_id,
            "unit_id": self.unit_id,
            "returned_on": returned.date() if returned else None,
            "answered": self.answered,
            **outcomes(self.case).codes(),
        }


async def refresh(conn: AsyncConnection, dossier_ids: Iterable[int]) -> None:
    """Derive these dossiers' rows anew; a handful of statements for each 2,000 of them."""
    wanted = sorted(set(dossier_ids))
    for start in range(0, len(wanted), BATCH):
        await _store(conn, await known(conn, wanted[start : start + BATCH]))


async def rebuild(conn: AsyncConnection) -> int:
    """Derive every row anew; returns how many there are."""
    count = 0
    async for batch in _everything(conn):
        await _store(conn, batch)
        count += len(batch)
    return count


async def disagreements(conn: AsyncConnection) -> list[Disagreement]:
    """Every dossier whose stored row is missing or differs from what is derived now."""
    found: list[Disagreement] = []
    async for batch in _everything(conn):
        stored = await _stored(conn, batch)
        for one in batch:
            row = one.row()
            if stored.get(one.dossier_id) != row:
                was = stored.get(one.dossier_id)
                found.append(Disagreement(dossier=one.code, stored=was, derived=row))
    return found


async def known(conn: AsyncConnection, dossier_ids: Collection[int]) -> list[Known]:
    """The cases of these dossiers (at most a few thousand), by id."""
    return await _known(conn, lambda column: column.in_(list(dossier_ids)))


async def raw_codes(conn: AsyncConnection, dossier_id: int) -> dict[str, int]:
    """Criterion → outcome code of one dossier, before any verification."""
    (one,) = await known(conn, (dossier_id,))
    shown = raw_outcomes(one.case)
    return {criterion: int(shown.of(criterion)) for criterion in FIELDS}


async def _everything(conn: AsyncConnection) -> AsyncIterator[list[Known]]:
    last = await conn.scalar(select(func.max(dossiers.c.id))) or 0
    for start in range(0, last + 1, BATCH):
        yield await _known(conn, _between(start, start + BATCH - 1))


def _between(first: int, last: int) -> Which:
    return lambda column: column.between(first, last)


async def _known(conn: AsyncConnection, which: Which) -> list[Known]:
    given = await _grouped(conn, _answers(which))
    steps = await _grouped(conn, _steps(which))
    opened = await _grouped(conn, _complaints(which))
    decided = await _grouped(conn, _verifications(which))
    found = await _all(conn, _dossiers(which))
    return [
        Known(
            dossier_id=row.id,
            code=row.code,
            unit_id=row.unit_id,
            answered=row.answered,
            case=_case(row, steps[row.id], given[row.id], opened[row.id], decided[row.id]),
        )
        for row in found
    ]


Rows = list[AnyRow]


def _case(row: AnyRow, steps: Rows, given: Rows, opened: Rows, decided: Rows) -> Case:
    return Case(
        due_at=row.due_at,
        finished_at=row.finished_at,
        returned_at=row.returned_at,
        steps=tuple(Step(agency=who, due_at=due, finished_at=done) for _, who, due, done in steps),
        answers=tuple(_given(one) for one in given),
        conduct_complaints={one.response_id: ComplaintState(one.state) for one in opened},
        verified={
            one.criterion: one.outcome
            for one in decided
            if one.criterion != "7" or not any(_decided_since(one, other) for other in opened)
        },
    )


def _decided_since(verification: AnyRow, complaint: AnyRow) -> bool:
    """A finding about the complaint takes the place of what was verified about conduct before."""
    decided_at = complaint.decided_at
    return decided_at is not None and bool(decided_at > verification.at)


def _given(row: AnyRow) -> Given:
    _, response_id, question, option, answered_at = row
    return Given(response_id=response_id, question=question, option=option, answered_at=answered_at)


def _dossiers(which: Which) -> Query:
    columns = [dossiers.c[name] for name in ("id", "code", "unit_id")]
    dates = [dossiers.c[name] for name in ("due_at", "finished_at", "returned_at")]
    answered = (
        select(func.count())
        .where(responses.c.dossier_id == dossiers.c.id, responses.c.valid)
        .scalar_subquery()
    )
    chosen = select(*columns, *dates, answered.label("answered"))
    return chosen.where(which(dossiers.c.id)).order_by(dossiers.c.id)


def _steps(which: Which) -> Query:
    names = ("dossier_id", "agency", "due_at", "finished_at")
    columns = [dossier_steps.c[name] for name in names]
    return select(*columns).where(which(dossier_steps.c.dossier_id))


def _answers(which: Which) -> Query:
    columns = [answers.c[name] for name in ("response_id", "question", "option", "answered_at")]
    return (
        select(responses.c.dossier_id, *columns)
        .join_from(responses, answers, answers.c.response_id == responses.c.id)
        .where(which(responses.c.dossier_id), answers.c.latest, answers.c.question.in_(QUESTIONS))
    )


def _complaints(which: Which) -> Query:
    return (
        select(
            responses.c.dossier_id,
            *(complaints.c[name] for name in ("response_id", "state", "decided_at")),
        )
        .join_from(responses, complaints, complaints.c.response_id == responses.c.id)
        .where(which(responses.c.dossier_id), complaints.c.kind == "conduct")
    )


def _verifications(which: Which) -> Query:
    columns = [verifications.c[name] for name in ("dossier_id", "criterion", "outcome", "at")]
    found = select(*columns).where(which(verifications.c.dossier_id))
    return found.order_by(verifications.c.id)


async def _all(conn: AsyncConnection, query: Query) -> Rows:
    return list((await conn.execute(query)).all())


async def _grouped(conn: AsyncConnection, query: Query) -> Mapping[int, Rows]:
    found: defaultdict[int, Rows] = defaultdict(list)
    for row in await _all(conn, query):
        found[row[0]].append(row)
    return found


async def _store(conn: AsyncConnection, batch: list[Known]) -> None:
    if not batch:
        return
    new = insert(conn, dossier_evidence)
    changes = {column.name: new.excluded[column.name] for column in _changing()}
    upsert = new.on_conflict_do_update(index_elements=["dossier_id"], set_=changes)
    await conn.execute(upsert, [one.row() for one in batch])


def _changing() -> Iterator[ColumnElement[Any]]:
    return (column for column in dossier_evidence.c if not column.primary_key)


async def _stored(conn: AsyncConnection, batch: list[Known]) -> dict[int, EvidenceRow]:
    if not batch:
        return {}
    within = dossier_evidence.c.dossier_id.between(batch[0].dossier_id, batch[-1].dossier_id)
    rows = (await conn.execute(select(dossier_evidence).where(within))).mappings()
    return {row["dossier_id"]: dict(row) for row in rows}
