"""The counts of a tally: answers per option and reach of the survey, read from the raw answers."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, func, select

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    dossier_evidence,
    dossiers,
    facts,
    invitations,
    procedures,
    responses,
    units,
)
from surveys.store.dossiers.in_period import returned_in, valid_in
from surveys.tally import Cell, Group, Reach


class Dimension(StrEnum):
    """What a tally can be split by, besides form, question and option."""

    BLOCK = "block"
    LEVEL = "level"
    UNIT = "unit"
    PROCEDURE = "procedure"
    CHANNEL = "channel"


HANDED_OUT = "forms_handed_out"
"""The fact that says how many paper forms a unit handed out."""
OF_A_DOSSIER = frozenset(Dimension) - {Dimension.CHANNEL}
"""The dimensions that a dossier has without any answer."""


async def count_cells(conn: Connection, period: Period, by: Collection[Dimension]) -> list[Cell]:
    """The cells of options chosen at least once; the dimensions in the order of `Dimension`."""
    dims = _columns(by)
    keys = (*dims, responses.c.form, answers.c.question, answers.c.option)
    simulated = func.count().filter(responses.c.simulated)
    found = select(*keys, func.count(), simulated).select_from(_answered(by))
    chosen = (answers.c.latest, answers.c.option.is_not(None), returned_in(period))
    rows = await conn.execute(found.where(*chosen).group_by(*keys))
    return [
        Cell(
            group=tuple(str(value or "") for value in row[: len(dims)]),
            form=row.form,
            question=row.question,
            option=row.option,
            count=row[-2],
            simulated=row[-1],
        )
        for row in rows
    ]


async def count_reach(conn: Connection, period: Period, by: Collection[Dimension]) -> list[Reach]:
    """The reach of the survey, for every group with a returned dossier, in group order."""
    kept = [one for one in by if one in OF_A_DOSSIER]
    returned = await _counts(conn, kept, period, dossier_evidence)
    issued = await _counts(conn, kept, period, invitations)
    answered = await _counts(conn, kept, period, responses)
    handed_out = await count_handed_out(conn, kept, period)
    return [
        Reach(
            group=group,
            returned=counts["returned"],
            **_with_paper(issued.get(group, {}), handed_out.get(group, 0)),
            **answered.get(group, {}),
        )
        for group, counts in sorted(returned.items())
    ]


def _with_paper(issued: dict[str, int], forms: int) -> dict[str, int]:
    """Add paper forms that were handed out to the issued ones."""
    return issued | {"issued": issued.get("issued", 0) + forms} if forms else issued


async def count_handed_out(
    conn: Connection, by: Collection[Dimension], period: Period
) -> dict[Group, int]:
    """Paper forms handed out, as units report them for the period; empty if split by procedure,
    since they are not counted by procedure.
    """
    if Dimension.PROCEDURE in by:
        return {}
    chosen = select(*_columns(by), facts.c.value).join_from(
        facts, units, units.c.id == facts.c.unit_id
    )
    which = (facts.c.fact == HANDED_OUT, facts.c.period == period.id)
    found: dict[Group, int] = {}
    for *group, value in await conn.execute(chosen.where(*which)):
        found[tuple(group)] = found.get(tuple(group), 0) + int(value)
    return found


async def list_groups(conn: Connection, period: Period, by: Collection[Dimension]) -> set[Group]:
    """The groups that exist without any answer; empty if split by more than units."""
    if set(by) & {Dimension.PROCEDURE, Dimension.CHANNEL}:
        return set()
    found = select(*_columns(by)).select_from(units).where(valid_in(period)).distinct()
    return {tuple(row) for row in await conn.execute(found)} if by else {()}


async def list_versions(conn: Connection, period: Period) -> set[tuple[str, str]]:
    """The form versions that were answered about the period's dossiers."""
    asked = select(responses.c.form, responses.c.form_version).distinct()
    joined = asked.join_from(responses, dossier_evidence, _same_dossier(responses))
    rows = await conn.execute(joined.where(returned_in(period)))
    return {(row.form, row.form_version) for row in rows}


_DIMENSIONS: dict[Dimension, ColumnElement[Any]] = {
    Dimension.BLOCK: units.c.block,
    Dimension.LEVEL: units.c.level,
    Dimension.UNIT: units.c.code,
    Dimension.PROCEDURE: procedures.c.name,
    Dimension.CHANNEL: responses.c.channel,
}


def _columns(by: Collection[Dimension]) -> list[ColumnElement[Any]]:
    return [_DIMENSIONS[one] for one in Dimension if one in by]


def _answered(by: Collection[Dimension]) -> FromClause:
    asked = dossier_evidence.join(responses, _same_dossier(responses))
    said = asked.join(answers, answers.c.response_id == responses.c.id)
    return _with_groups(said, by)


def _with_groups(joined: FromClause, by: Collection[Dimension]) -> FromClause:
    if set(by) & {Dimension.UNIT, Dimension.BLOCK, Dimension.LEVEL}:
        joined = joined.join(units, units.c.id == dossier_evidence.c.unit_id)
    if Dimension.PROCEDURE in by:
        joined = joined.join(dossiers, dossiers.c.id == dossier_evidence.c.dossier_id)
        joined = joined.outerjoin(procedures, procedures.c.id == dossiers.c.procedure_id)
    return joined


def _same_dossier(table: Table) -> ColumnElement[bool]:
    same: ColumnElement[bool] = table.c.dossier_id == dossier_evidence.c.dossier_id
    return same


_MEASURES: dict[Table, tuple[ColumnElement[Any], ...]] = {
    dossier_evidence: (func.count().label("returned"),),
    invitations: (
        func.count().filter(invitations.c.issued_at.is_not(None)).label("issued"),
        func.count().filter(invitations.c.delivered_at.is_not(None)).label("delivered"),
    ),
    responses: (
        func.count().label("answered"),
        func.count().filter(responses.c.valid).label("valid"),
        func.count().filter(responses.c.simulated).label("simulated"),
    ),
}


async def _counts(
    conn: Connection, by: Collection[Dimension], period: Period, table: Table
) -> dict[Group, dict[str, int]]:
    base: FromClause = dossier_evidence
    if table is not dossier_evidence:
        base = dossier_evidence.join(table, _same_dossier(table))
    measures = _MEASURES[table]
    dims = _columns(by)
    query: Select[Any] = select(*dims, *measures).select_from(_with_groups(base, by))
    rows = await conn.execute(query.where(returned_in(period)).group_by(*dims))
    names = [measure.name for measure in measures]
    return {
        tuple(str(value or "") for value in row[: len(dims)]): {n: getattr(row, n) for n in names}
        for row in rows
    }
