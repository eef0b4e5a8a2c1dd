"""Converts the store's counts into the evidence `scoring` reads, for every unit of a period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from scoring.evidence import Fact, UnitEvidence, parse_fact
from scoring.law import Rulebook
from scoring.rollup import roll_up
from scoring.supported import FactKind
from surveys.period import Period, part_ids
from surveys.store.base.connection import Connection
from surveys.store.dossiers import facts, scores
from surveys.store.dossiers.scores import Stage
from surveys.store.results import ratings, tallies
from surveys.store.results.ratings import UnitCounts
from surveys.store.results.tallies import Dimension

Points = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEvidence:
    """A period's units, ready to be rated, and the number of simulated responses."""

    period: Period
    evidence: tuple[UnitEvidence, ...]
    simulated_by_unit: Mapping[str, int]

    @property
    def simulated(self) -> int:
        """The number of simulated responses."""
        return sum(self.simulated_by_unit.values())


async def unit_evidence(conn: Connection, rulebook: Rulebook, period: Period) -> PeriodEvidence:
    """Read a period with a fixed number of statements, however many dossiers it has.

    The facts of a year are combined from those of its quarters as the rulebook says.
    """
    counted = await ratings.count_by_unit(conn, period)
    parts = part_ids(period)
    given = await facts.list_by_period(conn, (period.id, *parts))
    own = await scores.list_by_period(conn, period.id, Stage.SELF)
    appraised = await scores.list_by_period(conn, period.id, Stage.APPRAISED)
    answers = await _answers(conn, period) if rulebook.counts_answers else {}
    read = []
    for unit in counted:
        held = {one: _facts(rulebook, by_unit.get(unit.code, {})) for one, by_unit in given.items()}
        whole = held.pop(period.id)
        known, lacking = roll_up(rulebook.facts_of_parts, whole, held)
        points = _Points(own=own.get(unit.code, {}), appraised=appraised.get(unit.code, {}))
        made = replace(_evidence(unit, points), facts=known, lacking=lacking)
        read.append(replace(made, answers=answers.get(unit.code, {})))
    return PeriodEvidence(
        period=period,
        evidence=tuple(read),
        simulated_by_unit={unit.code: unit.simulated for unit in counted if unit.simulated},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Points:
    own: Points
    appraised: Points


def _evidence(unit: UnitCounts, points: _Points) -> UnitEvidence:
    return UnitEvidence(
        code=unit.code,
        name=unit.name,
        level=unit.level,
        block=unit.block,
        received=unit.received,
        received_online=unit.online,
        dossiers=unit.dossiers,
        responses=unit.responses,
        late=unit.late,
        outcomes=unit.outcomes,
        appraised=points.appraised,
        self_scores=points.own,
    )


async def _answers(conn: Connection, period: Period) -> dict[str, dict[str, dict[str, int]]]:
    """Unit → question → option → responses."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for cell in await tallies.count_cells(conn, period, {Dimension.UNIT}):
        options = found.setdefault(cell.group[0], {}).setdefault(cell.question, {})
        options[cell.option] = options.get(cell.option, 0) + (cell.count or 0)
    return found


def _facts(rulebook: Rulebook, stored: Mapping[str, str]) -> dict[str, Fact]:
    """The facts that the rulebook knows; facts of other rulebooks are ignored."""
    kinds = rulebook.fact_kinds
    return {name: _fact(name, text, kinds[name]) for name, text in stored.items() if name in kinds}


@lru_cache(maxsize=10_000)
def _fact(name: str, text: str, kind: FactKind) -> Fact:
    """Cached, since a thousand units have mostly the same facts."""
    return parse_fact(name, text, {name: kind})
