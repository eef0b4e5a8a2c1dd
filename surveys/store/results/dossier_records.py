"""Bulk reads of everything that the outcomes of dossiers are derived from."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
)

from surveys.criteria import BY_COMPLAINT, CRITERIA, QUESTIONS, Source, outcomes, raw_outcomes
from surveys.dossier import Filing, has_result
from surveys.measuring import Measuring, Supplements, measured
from surveys.outcomes import AgencyStep, ComplaintState, DossierRecord, Given
from surveys.store.base.bulk import Columns
from surveys.store.base.connection import Connection
from surveys.store.base.database import is_one_of
from surveys.store.base.schema import (
    answers,
    complaints,
    dossier_steps,
    dossiers,
    responses,
    settled_dossiers,
    verifications,
)

AnyRow = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]
Params = Mapping[str, Any]
Which = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""A condition on whichever column holds the dossier's number."""
EvidenceRow = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One dossier's record, its unit, how it was filed, and its number of valid responses.

    `received_by_id`: another unit that received it. `promised_again`: the day promised last, if it
    is not the record's first one. `supplements`: how often more papers were asked for, and for how
    long.
    """

    dossier_id: int
    code: str
    unit_id: int
    received_by_id: int | None
    status: int
    promised_again: datetime | None
    supplements: Supplements
    received_on: date | None
    online: bool
    record: DossierRecord
    answered: int

    def row(self) -> EvidenceRow:
        """The evidence row it should have."""
        returned = self.record.returned_at
        return {
            "dossier_id": self.dossier_id,
            "unit_id": self.unit_id,
            "returned_on": returned.date() if returned and has_result(self.status) else None,
            "received_on": self.received_on,
            "online": int(self.online),
            "answered": self.answered,
            **outcomes(self.record).codes(),
        }

    def measured(self, by: Measuring) -> "Known":
        """The same dossier with its time as a rulebook measures it."""
        again, asked = self.promised_again, self.supplements
        record = measured(self.record, by, promised_again=again, supplements=asked)
        return replace(self, record=record)


async def find_by_ids(conn: Connection, dossier_ids: Collection[int]) -> list[Known]:
    """The records of these dossiers (at most a few thousand), by id."""
    if len(dossier_ids) == 1:
        return await _known(conn, _ONE, {"number": next(iter(dossier_ids))})
    return await _known(conn, _AMONG, {"numbers": list(dossier_ids)})


async def find_many(conn: Connection, dossier_ids: Sequence[int]) -> list[Known]:
    """The records of any number of dossiers."""
    parts = (dossier_ids[start : start + 1_000] for start in range(0, len(dossier_ids), 1_000))
    return [one for part in parts for one in await find_by_ids(conn, part)]


async def find_between(conn: Connection, first: int, last: int) -> list[Known]:
    """The records of the dossiers with ids in this range, both ends included."""
    return await _known(conn, _WITHIN, {"first": first, "last": last})


def derive_new_rows(numbers: Sequence[int], rows: Columns) -> dict[str, Sequence[Any]]:
    """The evidence rows of dossiers without steps or answers, from their own columns."""
    nothing = [None] * len(numbers)
    received, due, finished, returned, first = (
        [_day(moment) for moment in rows.get(name, nothing)] for name in _MOMENTS
    )
    promised = (one or other for one, other in zip(first, due, strict=True))
    codes = [_codes_of_days(*days) for days in zip(promised, finished, returned, strict=True)]
    counts = map(has_result, rows["status"])
    return {
        "dossier_id": numbers,
        "unit_id": rows["unit_id"],
        "returned_on": [day if has else None for has, day in zip(counts, returned, strict=True)],
        "received_on": received,
        "online": [int(channel == Filing.ONLINE) for channel in rows["channel"]],
        "answered": [0] * len(numbers),
        **dict(zip(_OUTCOMES, zip(*codes, strict=True), strict=True)),
    }


_MOMENTS = ("received_at", "due_at", "finished_at", "returned_at", "original_due_at")
_DAY = len("2021-03-15")
_OUTCOMES = tuple(criterion.column for criterion in CRITERIA.values())


def _day(iso: str | None) -> str | None:
    return iso[:_DAY] if iso else None


@lru_cache(maxsize=20_000)
def _codes_of_days(due: str | None, finished: str | None, returned: str | None) -> Sequence[int]:
    """The codes in the order of _OUTCOMES. They compare days and no hours, so thousands of new
    dossiers share a few hundred.
    """
    due_at, finished_at, returned_at = (
        datetime.fromisoformat(day) if day else None for day in (due, finished, returned)
    )
    record = DossierRecord(due_at=due_at, finished_at=finished_at, returned_at=returned_at)
    codes = outcomes(record).codes()
    return [codes[name] for name in _OUTCOMES]


async def derive_raw_codes(conn: Connection, dossier_id: int) -> dict[str, int]:
    """Criterion → outcome code of one dossier, before any verification."""
    (one,) = await find_by_ids(conn, (dossier_id,))
    shown = raw_outcomes(one.record)
    return {criterion: int(shown.of(criterion)) for criterion in CRITERIA}


def among(dossier_ids: Collection[int]) -> Which:
    """SQL condition: these dossiers."""
    return lambda column: column.in_(list(dossier_ids))


def within(first: int, last: int) -> Which:
    """SQL condition: the dossiers with ids in this range, both ends included."""
    return lambda column: column.between(first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """The queries about some dossiers; built once, since they run after every tap."""

    dossiers: Query
    with_answers: bool
    """Whether the dossiers' rows include their answers, one row per answer."""
    answers: Query
    steps: Query
    complaints: Query
    verifications: Query


async def _known(conn: Connection, ask: _Queries, params: Params) -> list[Known]:
    """Read the records. Most dossiers have no complaint and no verification, so these are queried
    only where they exist.
    """
    found = list((await conn.execute(ask.dossiers, params)).all())
    if ask.with_answers:
        found, given = found[:1], _answers_among(found)
    else:
        asked = any(row.has_answers for row in found)
        given = await _grouped(conn, ask.answers, params, asked=asked)
    steps = await _grouped(conn, ask.steps, params, asked=any(row.has_steps for row in found))
    opened = await _grouped(
        conn, ask.complaints, params, asked=any(row.has_complaints for row in found)
    )
    decided = await _grouped(
        conn, ask.verifications, params, asked=any(row.is_decided for row in found)
    )
    return [
        Known(
            dossier_id=row.id,
            code=row.code,
            unit_id=row.unit_id,
            received_by_id=row.received_by_id,
            status=row.status,
            promised_again=_promised_again(row),
            supplements=Supplements(asked=row.supplements or 0, days=row.supplement_days or 0),
            received_on=row.received_at.date() if row.received_at else None,
            online=row.channel == Filing.ONLINE,
            answered=row.answered + (row.settled or 0),
            record=_record(row, steps[row.id], given[row.id], opened[row.id], decided[row.id]),
        )
        for row in found
    ]


Rows = list[AnyRow]


def _answers_among(rows: Rows) -> Mapping[int, Rows]:
    """The answers in the rows of one dossier; without answers there is one row of nulls."""
    return {row.id: [one for one in rows if one.question is not None] for row in rows[:1]}


def _record(row: AnyRow, steps: Rows, given: Rows, opened: Rows, decided: Rows) -> DossierRecord:
    return DossierRecord(
        due_at=row.original_due_at or row.due_at,
        finished_at=row.finished_at,
        returned_at=row.returned_at,
        settled=row.codes or {},
        steps=tuple(
            AgencyStep(agency=who, due_at=due, finished_at=done) for _, who, due, done in steps
        ),
        answers=tuple(_given(one) for one in given),
        conduct_complaints={one.response_id: ComplaintState(one.state) for one in opened},
        verified={
            one.criterion: one.outcome
            for one in decided
            if one.id > (row.codes or {}).get(overruled(one.criterion), 0)
            and not (
                Source.COMPLAINTS in CRITERIA[one.criterion].sources
                and any(_decided_since(one, other) for other in opened)
            )
        },
    )


def overruled(criterion: str) -> str:
    """The key under which a settled dossier keeps the number of the last verification that a later
    decision about a complaint had replaced."""
    return f"overruled.{criterion}"


def _decided_since(verification: AnyRow, complaint: AnyRow) -> bool:
    """A later decision about the complaint replaces an earlier verification of conduct."""
    decided_at = complaint.decided_at
    return decided_at is not None and bool(decided_at > verification.at)


def _promised_again(row: AnyRow) -> datetime | None:
    """The day promised last, where a first one was promised before it."""
    last = row.rescheduled_to or row.due_at
    first = row.original_due_at or row.due_at
    return last if first is not None and last != first else None


def _given(row: AnyRow) -> Given:
    return Given(
        response_id=row.response_id,
        question=row.question,
        option=row.option,
        answered_at=row.answered_at,
    )


_COUNTS = responses.c.set_aside_at.is_(None)
"""Not disowned by the dossier's owner."""
_ANSWER = [answers.c[name] for name in ("response_id", "question", "option", "answered_at")]


_PLAIN = (
    *("id", "code", "unit_id", "received_by_id", "channel", "status"),
    *("supplements", "supplement_days"),
)
_DATES = (
    *("received_at", "due_at", "original_due_at", "rescheduled_to"),
    *("finished_at", "returned_at"),
)


def _dossiers(which: Which) -> Query:
    columns = [dossiers.c[name] for name in _PLAIN]
    dates = [dossiers.c[name] for name in _DATES]
    answered = (
        select(func.count())
        .where(responses.c.dossier_id == dossiers.c.id, responses.c.valid)
        .correlate(dossiers)
        .scalar_subquery()
    )
    kept = (settled_dossiers.c.codes, settled_dossiers.c.answered.label("settled"))
    chosen = select(*columns, *dates, *kept, answered.label("answered"), *_there_are())
    chosen = chosen.select_from(dossiers.outerjoin(settled_dossiers))
    return chosen.where(which(dossiers.c.id)).order_by(dossiers.c.id)


def _with_answers(query: Query) -> Query:
    """The same joined with the answers that count: for one dossier a second query costs more."""
    counts = and_(
        answers.c.response_id == responses.c.id,
        answers.c.latest,
        is_one_of(answers.c.question, QUESTIONS),
    )
    return (
        query.add_columns(*_ANSWER)
        .outerjoin(responses, and_(responses.c.dossier_id == dossiers.c.id, _COUNTS))
        .outerjoin(answers, counts)
    )


def _there_are() -> tuple[ColumnElement[bool], ...]:
    number, response = dossiers.c.id, and_(responses.c.dossier_id == dossiers.c.id, _COUNTS)
    complained = complaints.c.response_id == responses.c.id
    found = {
        "has_answers": exists().where(response),
        "has_steps": exists().where(dossier_steps.c.dossier_id == number),
        "has_complaints": exists().where(response, complained),
        "is_decided": exists().where(verifications.c.dossier_id == number),
    }
    return tuple(there.correlate(dossiers).label(name) for name, there in found.items())


def _steps(which: Which) -> Query:
    names = ("dossier_id", "agency", "due_at", "finished_at")
    columns = [dossier_steps.c[name] for name in names]
    return select(*columns).where(which(dossier_steps.c.dossier_id))


def _answers(which: Which) -> Query:
    return (
        select(responses.c.dossier_id, *_ANSWER)
        .join_from(responses, answers, answers.c.response_id == responses.c.id)
        .where(which(responses.c.dossier_id), _COUNTS, answers.c.latest)
        .where(is_one_of(answers.c.question, QUESTIONS))
    )


def _complaints(which: Which) -> Query:
    return (
        select(
            responses.c.dossier_id,
            *(complaints.c[name] for name in ("response_id", "state", "decided_at")),
        )
        .join_from(responses, complaints, complaints.c.response_id == responses.c.id)
        .where(which(responses.c.dossier_id), _COUNTS)
        .where(is_one_of(complaints.c.kind, tuple(BY_COMPLAINT)))
    )


def _verifications(which: Which) -> Query:
    names = ("dossier_id", "criterion", "outcome", "at", "id")
    columns = [verifications.c[name] for name in names]
    found = select(*columns).where(which(verifications.c.dossier_id))
    return found.order_by(verifications.c.id)


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


def _queries(which: Which, *, with_answers: bool = False) -> _Queries:
    found = _dossiers(which)
    return _Queries(
        dossiers=_with_answers(found) if with_answers else found,
        with_answers=with_answers,
        answers=_answers(which),
        steps=_steps(which),
        complaints=_complaints(which),
        verifications=_verifications(which),
    )


_ONE = _queries(lambda column: column == _number("number"), with_answers=True)
_AMONG = _queries(lambda column: column.in_(bindparam("numbers", expanding=True)))
_WITHIN = _queries(lambda column: column.between(_number("first"), _number("last")))


async def _grouped(
    conn: Connection, query: Query, params: Params, *, asked: bool
) -> Mapping[int, Rows]:
    found: defaultdict[int, Rows] = defaultdict(list)
    if asked:
        for row in await conn.execute(query, params):
            found[row[0]].append(row)
    return found
