"""The counts of a tally in the finest split, from which every other split follows.

A closing keeps them, so that the signed tally can be split as today's can.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from admin.tallying.result import REACHED, Tally, asked_forms, of_dossiers
from surveys.form import Form
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import counter_tallies, tallies
from surveys.store.results.counter_tallies import CounterRatings
from surveys.store.results.tallies import OF_A_DOSSIER, Dimension
from surveys.tally import Cell, Group, Reach, complete, complete_reach

OF_A_UNIT = (Dimension.BLOCK, Dimension.LEVEL, Dimension.UNIT)
FINEST = tuple(Dimension)
FINEST_REACH = tuple(one for one in Dimension if one in OF_A_DOSSIER)
SUMMED = (*REACHED, "simulated")


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyCounts:
    """Cells by every dimension, reach by those of a dossier; `units` are all groups of
    `OF_A_UNIT`, `handed_out` the paper forms of each.
    """

    period: Period
    forms: tuple[Form, ...]
    cells: tuple[Cell, ...]
    reach: tuple[Reach, ...]
    units: tuple[Group, ...]
    handed_out: dict[Group, int]
    quota_percent: int
    counters: tuple[CounterRatings, ...] = ()
    """The ratings given at counters, by unit."""

    def split(self, by: Collection[Dimension]) -> Tally:
        """The tally split by these dimensions, as `read_tally` reads it."""
        kept = tuple(one for one in Dimension if one in by)
        of_reach = of_dossiers(kept)
        reach = self._with_paper(_summed(self.reach, _projection(FINEST_REACH, of_reach)), of_reach)
        return Tally(
            period=self.period,
            by=kept,
            forms=self.forms,
            cells=tuple(complete(self._cells(kept), self._groups(kept), self.forms)),
            reach=tuple(complete_reach(reach, self._groups(of_reach))),
            quota_percent=self.quota_percent,
            counters=self.counters,
        )

    def _cells(self, by: Sequence[Dimension]) -> Iterable[Cell]:
        project = _projection(FINEST, by)
        found: dict[tuple[Group, str, str, str], Cell] = {}
        for one in self.cells:
            key = (project(one.group), one.form, one.question, one.option)
            before = found.get(key)
            count = (one.count or 0) + (before.count or 0 if before else 0)
            simulated = one.simulated + (before.simulated if before else 0)
            found[key] = replace(one, group=key[0], count=count, simulated=simulated)
        return found.values()

    def _groups(self, by: Sequence[Dimension]) -> set[Group]:
        """As `tallies.list_groups`."""
        if not by:
            return {()}
        if not set(by) <= set(OF_A_UNIT):
            return set()
        return {_projection(OF_A_UNIT, by)(one) for one in self.units}

    def _with_paper(self, reach: Iterable[Reach], by: Sequence[Dimension]) -> Iterable[Reach]:
        """Paper forms are not known by procedure."""
        if Dimension.PROCEDURE in by:
            return reach
        project = _projection(OF_A_UNIT, by)
        forms: dict[Group, int] = {}
        for group, count in self.handed_out.items():
            forms[project(group)] = forms.get(project(group), 0) + count
        return [replace(one, issued=one.issued + forms.get(one.group, 0)) for one in reach]


async def read_counts(
    conn: Connection, period: Period, default_form: str, quota_percent: int
) -> TallyCounts:
    """Count a period in the finest split."""
    return TallyCounts(
        period=period,
        forms=await asked_forms(conn, period, default_form),
        cells=(
            *await tallies.count_cells(conn, period, FINEST),
            *await counter_tallies.count_cells(conn, period, FINEST),
        ),
        reach=tuple(await tallies.count_reach(conn, period, FINEST_REACH)),
        units=tuple(sorted(await tallies.list_groups(conn, period, OF_A_UNIT))),
        handed_out=await tallies.count_handed_out(conn, OF_A_UNIT, period),
        quota_percent=quota_percent,
        counters=tuple(await counter_tallies.count_by_unit(conn, period)),
    )


def as_text(counts: TallyCounts) -> str:
    """The counts as JSON, a list a row."""
    found = {
        "forms": [
            form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for form in counts.forms
        ],
        "cells": [
            [*one.group, one.form, one.question, one.option, one.count, one.simulated]
            for one in counts.cells
        ],
        "reach": [[*one.group, *(getattr(one, name) for name in SUMMED)] for one in counts.reach],
        "units": [list(one) for one in counts.units],
        "handed_out": [[*group, count] for group, count in counts.handed_out.items()],
        "quota_percent": counts.quota_percent,
        "counters": [asdict(one) for one in counts.counters],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str, period: Period) -> TallyCounts:
    """Read what `as_text` wrote."""
    found: dict[str, Any] = json.loads(text)
    width, height = len(FINEST), len(FINEST_REACH)
    return TallyCounts(
        period=period,
        forms=tuple(Form.model_validate(form) for form in found["forms"]),
        cells=tuple(_cell(tuple(row[:width]), *row[width:]) for row in found["cells"]),
        reach=tuple(
            Reach(group=tuple(row[:height]), **dict(zip(SUMMED, row[height:], strict=True)))
            for row in found["reach"]
        ),
        units=tuple(tuple(row) for row in found["units"]),
        handed_out={tuple(group): count for *group, count in found["handed_out"]},
        quota_percent=found["quota_percent"],
        counters=tuple(CounterRatings(**one) for one in found.get("counters", ())),
    )


def _cell(group: Group, form: str, question: str, option: str, count: int, simulated: int) -> Cell:
    known = {"form": form, "question": question, "option": option}
    return Cell(group=group, **known, count=count, simulated=simulated)


def _projection(finest: Sequence[Dimension], by: Sequence[Dimension]) -> Callable[[Group], Group]:
    places = [finest.index(one) for one in by]
    return lambda group: tuple(group[place] for place in places)


def _summed(reach: Iterable[Reach], project: Callable[[Group], Group]) -> list[Reach]:
    found: dict[Group, Reach] = {}
    for one in reach:
        group = project(one.group)
        before = found.get(group, Reach(group=group))
        sums = {name: getattr(before, name) + getattr(one, name) for name in SUMMED}
        found[group] = Reach(group=group, **sums)
    return list(found.values())
