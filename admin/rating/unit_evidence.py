"""Where the store's counts become what `scoring` reads: evidence of every unit of a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scoring.evidence import Fact, UnitEvidence, parse_fact
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.dossiers import facts, scores
from surveys.store.dossiers.scores import Stage
from surveys.store.results import ratings
from surveys.store.results.ratings import UnitCounts

Points = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEvidence:
    """A period's units, ready to be rated, and how many of their responses were simulated."""

    period: Period
    evidence: tuple[UnitEvidence, ...]
    simulated_by_unit: Mapping[str, int]

    @property
    def simulated(self) -> int:
        """Responses that did not come from people."""
        return sum(self.simulated_by_unit.values())


async def unit_evidence(conn: Connection, period: Period) -> PeriodEvidence:
    """Read a period; a handful of statements, whatever the number of dossiers."""
    counted = await ratings.unit_counts(conn, period)
    given = await facts.list_by_period(conn, period.id)
    own = await scores.list_by_period(conn, period.id, Stage.SELF)
    appraised = await scores.list_by_period(conn, period.id, Stage.APPRAISED)
    return PeriodEvidence(
        period=period,
        evidence=tuple(
            _evidence(
                unit, _facts(given.get(unit.code, {})), own.get(unit.code), appraised.get(unit.code)
            )
            for unit in counted
        ),
        simulated_by_unit={unit.code: unit.simulated for unit in counted if unit.simulated},
    )


def _evidence(
    unit: UnitCounts, given: Mapping[str, Fact], own: Points | None, appraised: Points | None
) -> UnitEvidence:
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
        facts=given,
        appraised=appraised or {},
        self_scores=own or {},
    )


def _facts(stored: Mapping[str, str]) -> dict[str, Fact]:
    return {name: _fact(name, text) for name, text in stored.items()}


_fact = lru_cache(maxsize=10_000)(parse_fact)
"""A thousand units have much the same facts."""
