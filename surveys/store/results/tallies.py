"""The counts of a tally: answers per option and reach of the survey, read from the raw answers."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, func, select, union

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import (
    answers,
    dossier_evidence,
    dossiers,
    facts,
    invitations,
    loose_answers,
    loose_responses,
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
    chosen = (answers.c.latest, answers.c.option.is_not(None), returned_in(period), _COUNTS)
    tied = _cells(responses, answers, _columns(by)).select_from(_answered(by)).where(*chosen)
    said = loose_answers.c.option.is_not(None)
    cut_off = _cells(loose_responses, loose_answers, _loose_columns(by))
    cut_off = cut_off.select_from(_loose(by, loose_answers)).where(said, _was_returned_in(period))
    counts: dict[tuple[Any, ...], tuple[int, int]] = {}
    for query in (tied, cut_off):
        for *key, count, simulated in await conn.execute(query):
            before = counts.get(tuple(key), (0, 0))
            counts[tuple(key)] = (before[0] + count, before[1] + simulated)
    return [
        Cell(
            group=tuple(str(value or "") for value in group),
            form=form,
            question=question,
            option=option,
            count=count,
            simulated=simulated,
        )
        for (*group, form, question, option), (count, simulated) in counts.items()
    ]


def _cells(of: Table, said: Table, dims: Sequence[ColumnElement[Any]]) -> Select[Any]:
    keys = (*dims, of.c.form, said.c.question, said.c.option)
    simulated = func.count().filter(of.c.simulated)
    return select(*keys, func.count(), simulated).group_by(*keys)


async def count_reach(conn: Connection, period: Period, by: Collection[Dimension]) -> list[Reach]:
    """The reach of the survey, for every group with a returned dossier, in group order."""
    kept = [one for one in by if one in OF_A_DOSSIER]
    returned = await _counts(conn, kept, period, dossier_evidence)
    issued = await _counts(conn, kept, period, invitations)
    answered = await _counts(conn, kept, period, responses)
    await _add_loose(conn, kept, period, answered)
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


async def _add_loose(
    conn: Connection,
    by: Collection[Dimension],
    period: Period,
    counts: dict[Group, dict[str, int]],
) -> None:
    """Add the responses that were cut off from their dossiers."""
    dims = _loose_columns(by)
    query: Select[Any] = select(*dims, *_answers_of(loose_responses)).select_from(_loose(by))
    for row in await conn.execute(query.where(_was_returned_in(period)).group_by(*dims)):
        group = tuple(str(value or "") for value in row[: len(dims)])
        mine = counts.setdefault(group, {})
        for name in ("answered", "valid", "simulated"):
            mine[name] = mine.get(name, 0) + getattr(row, name)


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
    cut_off = select(loose_responses.c.form, loose_responses.c.form_version)
    both = union(
        joined.where(returned_in(period), _COUNTS), cut_off.where(_was_returned_in(period))
    )
    return {(form, version) for form, version in await conn.execute(both)}


_COUNTS = responses.c.set_aside_at.is_(None)
_DIMENSIONS: dict[Dimension, ColumnElement[Any]] = {
    Dimension.BLOCK: units.c.block,
    Dimension.LEVEL: units.c.level,
    Dimension.UNIT: units.c.code,
    Dimension.PROCEDURE: procedures.c.name,
    Dimension.CHANNEL: responses.c.channel,
}


def _columns(by: Collection[Dimension]) -> list[ColumnElement[Any]]:
    return [_DIMENSIONS[one] for one in Dimension if one in by]


def _loose_columns(by: Collection[Dimension]) -> list[ColumnElement[Any]]:
    own = _DIMENSIONS | {Dimension.CHANNEL: loose_responses.c.channel}
    return [own[one] for one in Dimension if one in by]


def _loose(by: Collection[Dimension], said: Table | None = None) -> FromClause:
    joined: FromClause = loose_responses
    if said is not None:
        joined = joined.join(said, said.c.response_id == loose_responses.c.id)
    if set(by) & {Dimension.UNIT, Dimension.BLOCK, Dimension.LEVEL}:
        joined = joined.join(units, units.c.id == loose_responses.c.unit_id)
    if Dimension.PROCEDURE in by:
        joined = joined.outerjoin(procedures, procedures.c.id == loose_responses.c.procedure_id)
    return joined


def _was_returned_in(period: Period) -> ColumnElement[bool]:
    """Cut off answers know the half month alone; it counts where it begins. Quarters, months,
    halves and years begin and end with one."""
    return loose_responses.c.half_month.between(period.start, period.end)


def _answers_of(table: Table) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count().label("answered"),
        func.count().filter(table.c.valid).label("valid"),
        func.count().filter(table.c.simulated).label("simulated"),
    )


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
    responses: _answers_of(responses),
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
    counted = (returned_in(period), _COUNTS) if table is responses else (returned_in(period),)
    rows = await conn.execute(query.where(*counted).group_by(*dims))
    names = [measure.name for measure in measures]
    return {
        tuple(str(value or "") for value in row[: len(dims)]): {n: getattr(row, n) for n in names}
        for row in rows
    }
