"""What changed since a period was closed: figure by figure, dossier by dossier, with the causes."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from admin.closing import causes, figures
from admin.closing.causes import Cause
from admin.closing.mark import Mark
from admin.closing.tallies import signed_counts
from admin.kit.runtime import Runtime
from admin.rating.result import RatingResult, read_rating
from admin.tallying.counts import read_counts
from admin.tallying.result import Tally
from scoring.evidence import UnitEvidence
from surveys.criteria import CRITERIA, outcome_name
from surveys.errors import Refusal
from surveys.form import Form
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closings
from surveys.store.results.closing_evidence import SHOWN, KeptDossier
from surveys.store.results.closings import Closing
from surveys.store.results.tallies import Dimension

UNIT, BLOCK, OVERALL, TALLY, REACH = "unit", "block", "overall", "tally", "reach"
ENTERED, LEFT, CHANGED = "entered", "left", "changed"
ANSWERS = "answers"
"""The field of a dossier that says only that there are later answers."""


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
    """A fact, a thẩm định or a tự chấm of a unit that is another one today."""

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
    """Unit and figure of the reach → causes that are about no dossier."""

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
    pairs = [pair async for pair in _pairs(conn, closing)]
    found = await causes.read(conn, closing, [was or now for was, now in pairs])
    changed = (*_rated(signed, live), *_tallied(was, now.split((Dimension.UNIT,))))
    return Differences(
        closing=closing,
        mark=figures.mark_of(runtime, closing),
        is_open=in_force is None,
        signed=signed,
        live=live,
        figures=changed,
        reached={
            (one.code, one.figure): found.of_reach(one.code, one.figure)
            for one in changed
            if one.of == REACH and one.figure in causes.SENT
        },
        dossiers=tuple(_dossier(was, now, found) for was, now in pairs),
        reported=tuple(_reported(signed, live, found)),
        forms=now.forms,
        names={
            unit.code: unit.evidence.name for unit in (*signed.rating.units, *live.rating.units)
        },
    )


async def _pairs(
    conn: Connection, closing: Closing
) -> AsyncIterator[tuple[KeptDossier | None, KeptDossier | None]]:
    """The dossiers that differ: as signed, and as they are today; None: not in the period."""
    first = 0
    async for kept, last in closing_evidence.read_kept(conn, closing):
        now = await closing_evidence.list_between(conn, closing.period, first, last)
        for pair in await _compared(conn, kept, now):
            yield pair
        first = last + 1
    for one in await closing_evidence.list_between(conn, closing.period, first, None):
        yield None, one


async def _compared(
    conn: Connection, kept: Sequence[KeptDossier], now: Sequence[KeptDossier]
) -> list[tuple[KeptDossier | None, KeptDossier | None]]:
    before = {(one.id, one.code): one for one in kept}
    today = {(one.id, one.code): one for one in now}
    gone = [key[0] for key in before.keys() - today.keys()]
    today |= {(one.id, one.code): one for one in await closing_evidence.list_by_ids(conn, gone)}
    pairs = [(before.get(key), today.get(key)) for key in sorted(before.keys() | today.keys())]
    return [(was, now) for was, now in pairs if not (was and now and not now.differs_from(was))]


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
                        causes=found.of_reported(code, kind, name),
                    )


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
