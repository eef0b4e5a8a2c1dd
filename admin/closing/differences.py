"""What changed since a period was closed: figure by figure, dossier by dossier, with the causes."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from admin.closing import causes, figures, flows
from admin.closing.causes import Cause
from admin.closing.flows import Flow
from admin.closing.mark import Mark
from admin.closing.tallies import signed_counts
from admin.kit.runtime import Runtime
from admin.rating.result import RatingResult, read_rating
from admin.rating.unit_evidence import choices_of
from admin.tallying.counts import read_counts
from admin.tallying.result import Tally
from scoring.evidence import UnitEvidence
from surveys.criteria import CRITERIA, outcome_name
from surveys.errors import Refusal
from surveys.form import Form
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closings
from surveys.store.results.closing_evidence import SHOWN, Counted, KeptDossier
from surveys.store.results.closing_intake import Moved
from surveys.store.results.closings import Closing
from surveys.store.results.measured_otherwise import Choices
from surveys.store.results.tallies import Dimension

UNIT, BLOCK, OVERALL, TALLY, REACH = "unit", "block", "overall", "tally", "reach"
FLOW = flows.OF
"""Of figures: those of the one-stop report; of a dossier: the counts of them it belongs to."""
ENTERED, LEFT, CHANGED = "entered", "left", "changed"
ANSWERS = "answers"
"""The field of a dossier that says only that there are later answers."""
OF_A_UNIT = ("name", "level", "block", "includes", "split_into")
"""What a rating reads of a unit itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A signed figure that is another one today. `of`: `UNIT`, `BLOCK` …; `code` of what."""

    of: str
    code: str
    figure: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One thing about a dossier or a unit that bears on figures."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierChange:
    """A dossier that entered the period, left it, or shows something else now."""

    dossier: str
    unit: str
    how: str
    changes: tuple[FieldChange, ...]
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """A fact, a thẩm định or a tự chấm of a unit that is another one today, or (`UNIT`) something
    about the unit itself.
    """

    unit: str
    kind: str
    name: str
    before: Any
    after: Any
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Everything since the closing; `is_open`: the period was reopened."""

    closing: Closing
    mark: Mark
    is_open: bool
    signed: RatingResult
    live: RatingResult
    figures: tuple[FigureChange, ...]
    dossiers: tuple[DossierChange, ...]
    reported: tuple[ReportedChange, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of units by code."""
    forms: tuple[Form, ...] = ()
    """The forms tallied, for their texts."""
    reached: Mapping[tuple[str, str], tuple[Cause, ...]] = field(default_factory=dict)
    """Unit and figure (of the reach, of the flow) → causes that are about no dossier listed."""

    @property
    def period(self) -> Period:
        """The period closed."""
        return self.closing.period

    @property
    def causes(self) -> list[Cause]:
        """Every cause once, in the order of time."""
        listed = [cause for one in self.dossiers for cause in one.causes]
        listed += [cause for one in self.reported for cause in one.causes]
        listed += [cause for found in self.reached.values() for cause in found]
        return sorted(dict.fromkeys(listed), key=lambda cause: (cause.at, cause.key))


async def read_differences(conn: Connection, runtime: Runtime, period: Period) -> Differences:
    """Compare today with the last closing, by the rulebook signed by.

    Raises Refusal `closing.not_closed` or `closing.broken`.
    """
    closing = await closings.find_last_closing(conn, period)
    if closing is None:
        raise Refusal("closing.not_closed", period=period.id)
    in_force = await closings.find_in_force(conn, period)
    signed = await figures.signed_rating(conn, closing)
    live = await read_rating(conn, signed.rulebook, period)
    was = (await signed_counts(conn, closing)).split((Dimension.UNIT,))
    settings = runtime.settings
    now = await read_counts(conn, period, settings.form, settings.quota_percent)
    choices = choices_of(signed.rulebook) if closing_evidence.is_as_counted(closing) else Choices()
    counted = await closing_evidence.find_counted(conn, period, choices)
    pairs = [pair async for pair in _pairs(conn, closing, counted)]
    flow = await flows.read(conn, closing, signed.rulebook)
    subjects = [was or now for was, now in pairs]
    found = await causes.read(conn, closing, [*subjects, *(one.any for one in flow.moved)])
    changed = (
        *_rated(signed, live),
        *_tallied(was, now.split((Dimension.UNIT,))),
        *_changed(flow.before, flow.after, otherwise=0),
    )
    return Differences(
        closing=closing,
        mark=figures.mark_of(runtime, closing),
        is_open=in_force is None,
        signed=signed,
        live=live,
        figures=changed,
        reached=_without_dossier(changed, flow, found),
        dossiers=tuple(_dossiers(pairs, flow.moved, found)),
        reported=(*_reported(signed, live, found), *_units(signed, live, found)),
        forms=(*now.forms, *was.forms),
        names={
            unit.code: unit.evidence.name for unit in (*signed.rating.units, *live.rating.units)
        },
    )


async def _pairs(
    conn: Connection, closing: Closing, counted: Counted
) -> AsyncIterator[tuple[KeptDossier | None, KeptDossier | None]]:
    """The dossiers that differ: as signed, and as they are today; None: not in the period."""
    first = 0
    async for kept, last in closing_evidence.read_kept(conn, closing):
        now = await closing_evidence.list_between(conn, closing.period, first, last, counted)
        for pair in await _compared(conn, closing.period, kept, now, counted):
            yield pair
        first = last + 1
    for one in await closing_evidence.list_between(conn, closing.period, first, None, counted):
        yield None, one


async def _compared(
    conn: Connection,
    period: Period,
    kept: Sequence[KeptDossier],
    now: Sequence[KeptDossier],
    counted: Counted,
) -> list[tuple[KeptDossier | None, KeptDossier | None]]:
    before = {(one.id, one.code): one for one in kept}
    today = {(one.id, one.code): one for one in now}
    gone = [key[0] for key in before.keys() - today.keys()]
    today |= {
        (one.id, one.code): one for one in await closing_evidence.list_by_ids(conn, gone, counted)
    }
    pairs = [(before.get(key), today.get(key)) for key in sorted(before.keys() | today.keys())]
    return [(was, now) for was, now in pairs if not (was and now and _is_same(period, was, now))]


def _is_same(period: Period, was: KeptDossier, now: KeptDossier) -> bool:
    return not now.as_counted(period).differs_from(was.as_counted(period))


def _dossiers(
    pairs: Sequence[tuple[KeptDossier | None, KeptDossier | None]],
    moved: Sequence[Moved],
    found: causes.Found,
) -> Iterator[DossierChange]:
    """What changed about each dossier; then those that moved within the flow only."""
    flow = {(one.any.id, one.any.code): one for one in moved}
    for was, now in pairs:
        told = _dossier(was, now, found)
        there = was or now
        also = flow.pop((there.id, there.code), None) if there else None
        changes = (*told.changes, *(_moves(also) if also else ()))
        yield replace(told, changes=changes)
    for one in flow.values():
        yield DossierChange(
            dossier=one.any.code,
            unit=one.any.unit,
            how=CHANGED,
            changes=tuple(_moves(one)),
            causes=found.of_flow(one.any.id, one.any.code, is_gone=one.now is None),
        )


def _moves(one: Moved) -> Iterator[FieldChange]:
    """Its counts, and its unit, before and now."""
    before, after = (None if c is None else c.counts for c in (one.was, one.now))
    if before != after:
        yield FieldChange(field=FLOW, before=before, after=after)
    if one.was and one.now and one.was.unit != one.now.unit:
        yield FieldChange(field="unit", before=one.was.unit, after=one.now.unit)


def _without_dossier(
    changed: Sequence[FigureChange], flow: Flow, found: causes.Found
) -> dict[tuple[str, str], tuple[Cause, ...]]:
    """The causes of figures of the reach; of the flow too, where it was not kept by dossier."""
    return {
        (one.code, one.figure): found.of_reach(one.code, one.figure)
        for one in changed
        if one.of == REACH and one.figure in causes.SENT
    } | {
        (one.code, one.figure): found.of_all_dossiers()
        for one in changed
        if one.of == FLOW and not flow.by_dossier
    }


def _dossier(
    was: KeptDossier | None, now: KeptDossier | None, found: causes.Found
) -> DossierChange:
    one = was or now
    assert one is not None  # noqa: S101 - a pair has at least one
    how = ENTERED if was is None else LEFT if now is None else CHANGED
    return DossierChange(
        dossier=one.code,
        unit=one.value("unit"),
        how=how,
        changes=tuple(_fields(was, now)),
        causes=found.of_dossier(was, now),
    )


def _fields(was: KeptDossier | None, now: KeptDossier | None) -> Iterator[FieldChange]:
    numbers = {one.column: number for number, one in CRITERIA.items()}
    for name in SHOWN:
        before, after = (None if one is None else one.value(name) for one in (was, now))
        if before == after:
            continue
        if name in numbers:
            number = numbers[name]
            words = [None if c is None else outcome_name(number, c) for c in (before, after)]
            yield FieldChange(field=f"cs{number}", before=words[0], after=words[1])
        else:
            yield FieldChange(field=name, before=before, after=after)
    if was is None or now is None:
        return
    if now.new_states(was):
        before, after = was.complaints or None, now.complaints
        yield FieldChange(field="complaints", before=before, after=after)
    if now.last_answer > was.last_answer:
        yield FieldChange(field=ANSWERS, before=None, after=None)


def _reported(
    signed: RatingResult, live: RatingResult, found: causes.Found
) -> Iterator[ReportedChange]:
    before = {unit.code: unit for unit in signed.read.evidence}
    today = {unit.code: unit for unit in live.read.evidence}
    for code in sorted(before.keys() | today.keys()):
        members = _members(code, before, today)
        for kind in ("facts", "appraised", "self_scores"):
            was, now = (_given(one.get(code), kind) for one in (before, today))
            for name in sorted(was.keys() | now.keys()):
                if was.get(name) != now.get(name):
                    yield ReportedChange(
                        unit=code,
                        kind=kind,
                        name=name,
                        before=was.get(name),
                        after=now.get(name),
                        causes=found.of_reported(members, kind, name) or found.of_units(members),
                    )


def _units(
    signed: RatingResult, live: RatingResult, found: causes.Found
) -> Iterator[ReportedChange]:
    """What is different about the units themselves; of one that came or went, its name alone."""
    before, today = ({u.code: u for u in one.read.evidence} for one in (signed, live))
    for code in sorted(before.keys() | today.keys()):
        was, now = before.get(code), today.get(code)
        for name in OF_A_UNIT if was and now else ("name",):
            values = [None if u is None else getattr(u, name) for u in (was, now)]
            if values[0] != values[1]:
                yield ReportedChange(
                    unit=code,
                    kind=UNIT,
                    name=name,
                    before=values[0],
                    after=values[1],
                    causes=found.of_units(_members(code, before, today)),
                )


def _members(code: str, *read: Mapping[str, UnitEvidence]) -> set[str]:
    """The unit and those that count, or counted, with it."""
    return {code, *(one for units in read if code in units for one in units[code].includes)}


def _given(unit: UnitEvidence | None, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = {} if unit is None else getattr(unit, kind)
    return found


def _rated(signed: RatingResult, live: RatingResult) -> Iterator[FigureChange]:
    before, after = (dict(_flat(one)) for one in (signed, live))
    yield from _changed(before, after)


def _flat(result: RatingResult) -> Iterator[tuple[tuple[str, str, str], Any]]:
    """Every figure of a rating by what it is of, its code and its name."""
    found = result.rating.as_json({})
    for unit in found["units"]:
        yield from _unit_figures(unit)
    for block in found["blocks"]:
        for name in ("units", "scored", "mean"):
            yield (BLOCK, block["block"], name), block[name]
        for grade, count in block["grades"].items():
            yield (BLOCK, block["block"], grade), count
    for name in result.rating.overall.aggregates:
        yield (OVERALL, "", name), found["overall"][name]
    for number, mean in found["overall"]["criteria"].items():
        yield (OVERALL, "", f"cs{number}"), mean


def _unit_figures(unit: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for name in ("state", "received", "dossiers", "responses", "total", "grade"):
        yield (UNIT, unit["code"], name), unit[name]
    for number, score in unit["criteria"].items():
        points = score and (score["points"] or score.get("share"))
        yield (UNIT, unit["code"], f"cs{number}"), points
        yield (UNIT, unit["code"], f"cs{number}_n"), score and score["n"]


def _tallied(signed: Tally, live: Tally) -> Iterator[FigureChange]:
    before: dict[tuple[str, str, str], Any] = {}
    after: dict[tuple[str, str, str], Any] = {}
    for tally, into in ((signed, before), (live, after)):
        for row in tally.rows():
            name = f"{row['form']}.{row['question']}.{row['option']}"
            into[TALLY, row["unit"], name] = row["count"]
        for row in tally.response():
            unit = row.pop("unit")
            into |= {(REACH, unit, name): count for name, count in row.items()}
    yield from _changed(before, after, otherwise=0)


def _changed(
    before: Mapping[tuple[str, str, str], Any],
    after: Mapping[tuple[str, str, str], Any],
    otherwise: object = None,
) -> Iterator[FigureChange]:
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, otherwise), after.get(key, otherwise)
        if was != now:
            yield FigureChange(of=key[0], code=key[1], figure=key[2], before=was, after=now)
