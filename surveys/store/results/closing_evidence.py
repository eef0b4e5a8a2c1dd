"""The evidence of a period, dossier by dossier, as a closing keeps it and compares it later."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from surveys.criteria import CRITERIA
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    complaints,
    dossier_evidence,
    dossiers,
    responses,
    units,
    verifications,
)
from surveys.store.dossiers.in_period import received_in, returned_in
from surveys.store.results.closings import Closing, Part, pack, read_parts
from surveys.store.results.dossier_records import Known
from surveys.store.results.measured_otherwise import Choices, find_otherwise

AT_ONCE = 20_000
"""Dossier numbers of one part."""
PART = "dossiers"
Counted = Mapping[int, Known]
"""Dossiers that a rulebook counts otherwise than their evidence says, by number."""
OUTCOMES = tuple(one.column for one in CRITERIA.values())
SHOWN = ("unit", "returned_on", "received_on", "online", "answered", *OUTCOMES, "received_by")
"""What bears on figures; the rest says where to look for a cause."""
RECEIVED = ("received_on", "online")
"""What is counted by the day of reception."""


@dataclass(frozen=True, slots=True)
class KeptDossier:
    """A dossier of a period: its code, what bears on the figures (in the order of `SHOWN`), and
    the numbers of its last answer and decision and its complaints (`kind:state`).
    """

    id: int
    code: str
    shown: tuple[Any, ...]
    last_answer: int
    last_decision: int
    complaints: str

    def value(self, name: str) -> Any:  # noqa: ANN401 - a code, a day, a number
        """One of `SHOWN`."""
        return self.shown[SHOWN.index(name)]

    def as_counted(self, period: Period) -> "KeptDossier":
        """The same with nothing but what bears on the figures of the period: a dossier that was
        pending on its last day is counted as received, whatever becomes of it afterwards.
        """
        returned, received = (
            period.start.isoformat() <= (self.value(name) or "") <= period.end.isoformat()
            for name in ("returned_on", "received_on")
        )
        kept = {"unit"} | (set(RECEIVED) if received else set())
        names = (set(SHOWN) - set(RECEIVED)) | kept if returned else kept
        shown = tuple(v if n in names else None for n, v in zip(SHOWN, self.shown, strict=True))
        if returned:
            return replace(self, shown=shown)
        return KeptDossier(self.id, self.code, shown, 0, 0, "")

    def differs_from(self, other: "KeptDossier") -> bool:
        """Whether something happened to it since it was `other`.

        Answers and complaints that were cut off from the dossier did not happen to it.
        """
        if (self.code, self.shown) != (other.code, other.shown):
            return True
        later = self.last_answer > other.last_answer or self.last_decision > other.last_decision
        return later or bool(self.new_states(other))

    def new_states(self, other: "KeptDossier") -> set[str]:
        """The complaints (`kind:state`) that `other` did not have."""
        return set(filter(None, self.complaints.split(","))) - set(other.complaints.split(","))

    @property
    def row(self) -> list[Any]:
        """As JSON keeps it."""
        head = [self.id, self.code, *self.shown]
        return [*head, self.last_answer, self.last_decision, self.complaints]


def kept_dossier(row: Sequence[Any]) -> KeptDossier:
    """Read a row of a part."""
    number, code, *shown, answer, decision, complained = row
    shown += [None] * (len(SHOWN) - len(shown))  # what a later version added
    # An earlier version kept the code of each complaint, too.
    complained = ",".join(":".join(one.split(":")[:2]) for one in complained.split(","))
    return KeptDossier(number, code, tuple(shown), answer, decision, complained)


async def read_packed(
    conn: Connection, period: Period, counted: Counted
) -> AsyncIterator[tuple[Part, int]]:
    """Pack the dossiers received or returned in the period, part by part, with their number."""
    last = await conn.scalar(select(func.max(dossier_evidence.c.dossier_id))) or 0
    for position, first in enumerate(range(0, last + 1, AT_ONCE)):
        end = first + AT_ONCE - 1
        rows = [one.row for one in await list_between(conn, period, first, end, counted)]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        yield pack(PART, text, position=position, last_dossier=end), len(rows)


async def read_kept(
    conn: Connection, closing: Closing
) -> AsyncIterator[tuple[list[KeptDossier], int]]:
    """What a closing keeps, part by part, each with the highest dossier number it covers."""
    async for text, last in read_parts(conn, closing, PART):
        yield [kept_dossier(row) for row in json.loads(text)], last or 0


def is_as_counted(closing: Closing) -> bool:
    """Whether a closing keeps dossiers as its rulebook counts them, rather than their evidence."""
    return bool(closing.manifest.get("evidence", {}).get("as_counted"))


async def find_counted(conn: Connection, period: Period, choices: Choices) -> Counted:
    """The dossiers of the period that the rulebook counts otherwise than their evidence says."""
    found = await find_otherwise(conn, period, choices)
    return {one.after.dossier_id: one.after for one in found}


async def list_between(
    conn: Connection, period: Period, first: int, last: int | None, counted: Counted
) -> list[KeptDossier]:
    """Today's dossiers of the period with numbers in this range, both ends included."""
    number = dossier_evidence.c.dossier_id
    within = number >= first if last is None else number.between(first, last)
    also = [one for one in counted if first <= one and (last is None or one <= last)]
    of_period = or_(returned_in(period), received_in(period), number.in_(also))
    return [_counted(one, counted) for one in await _list(conn, within, of_period)]


async def list_by_ids(
    conn: Connection, numbers: Collection[int], counted: Counted
) -> list[KeptDossier]:
    """Today's dossiers with these numbers, in whatever period they are now."""
    found = await _list(conn, dossier_evidence.c.dossier_id.in_(list(numbers)))
    return [_counted(one, counted) for one in found]


def _counted(one: KeptDossier, counted: Counted) -> KeptDossier:
    """As the rulebook counts it: its outcomes, and its day of return if it ended without result."""
    known = counted.get(one.id)
    if known is None:
        return one
    returned = known.record.returned_at
    told = {**known.row(), "returned_on": returned.date() if returned else None}
    names = {*OUTCOMES, "returned_on"}
    shown = (_plain(told[n]) if n in names else v for n, v in zip(SHOWN, one.shown, strict=True))
    return replace(one, shown=tuple(shown))


async def _list(conn: Connection, *which: ColumnElement[bool]) -> list[KeptDossier]:
    complained = await _complaints(conn, *which)
    rows = (await conn.execute(_query(*which))).all()
    return [
        KeptDossier(
            row.dossier_id,
            row.code,
            tuple(_plain(getattr(row, name)) for name in SHOWN),
            row.last_answer or 0,
            row.last_decision or 0,
            complained.get(row.dossier_id, ""),
        )
        for row in rows
    ]


def _query(*which: ColumnElement[bool]) -> Select[Any]:
    number = dossier_evidence.c.dossier_id
    last_answer = (
        select(func.max(answers.c.id))
        .join(responses, responses.c.id == answers.c.response_id)
        .where(responses.c.dossier_id == number)
        .correlate(dossier_evidence)
        .scalar_subquery()
    )
    last_decision = (
        select(func.max(verifications.c.id))
        .where(verifications.c.dossier_id == number)
        .correlate(dossier_evidence)
        .scalar_subquery()
    )
    shown = [dossier_evidence.c[name] for name in SHOWN if name not in {"unit", "received_by"}]
    receivers = units.alias()
    told = (units.c.code.label("unit"), receivers.c.code.label("received_by"))
    return (
        select(number, dossiers.c.code, *told, *shown)
        .add_columns(last_answer.label("last_answer"), last_decision.label("last_decision"))
        .select_from(dossier_evidence)
        .join(dossiers, dossiers.c.id == number)
        .join(units, units.c.id == dossier_evidence.c.unit_id)
        .outerjoin(receivers, receivers.c.id == dossiers.c.received_by_id)
        .where(*which)
        .order_by(number)
    )


async def _complaints(conn: Connection, *which: ColumnElement[bool]) -> dict[int, str]:
    number = dossier_evidence.c.dossier_id
    query = (
        select(number, complaints.c.kind, complaints.c.state)
        .select_from(dossier_evidence)
        .join(responses, responses.c.dossier_id == number)
        .join(complaints, complaints.c.response_id == responses.c.id)
        .where(*which)
        .order_by(number, complaints.c.id)
    )
    found: dict[int, list[str]] = {}
    for dossier_id, *told in await conn.execute(query):
        found.setdefault(dossier_id, []).append(":".join(told))
    return {dossier_id: ",".join(states) for dossier_id, states in found.items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
