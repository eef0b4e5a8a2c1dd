"""The rating of a district: units, blocks, levels, the three aggregates, the warnings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scoring.aggregates import Group, Overall, groups, overall
from scoring.evidence import UnitEvidence
from scoring.law import Rulebook
from scoring.unit_rating import UnitRating, rate_units
from scoring.warning import EMPTY, RatingWarning, basis_warnings, warnings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Units in the order of their codes, blocks in the order of their texts, and the whole."""

    rulebook: Rulebook
    units: tuple[UnitRating, ...]
    blocks: Mapping[str, Group]
    levels: Mapping[str, Group]
    overall: Overall
    warnings: tuple[RatingWarning, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no unit has a dossier."""
        return any(warning.code == EMPTY for warning in self.warnings)

    def as_json(self, period: Mapping[str, str], language: str = "vi") -> dict[str, Any]:
        """The shape of `motcua rate --format json`; `period` is put in as it is."""
        return {
            "period": dict(period),
            "rulebook": self.rulebook.id,
            "units": [unit.as_json() for unit in self.units],
            "blocks": [{"block": block, **g.as_json()} for block, g in self.blocks.items()],
            "overall": self.overall.as_json(),
            "warnings": [warning.as_json(language) for warning in self.warnings],
        }


def rate(rulebook: Rulebook, units: Iterable[UnitEvidence], last_day: date | None = None) -> Rating:
    """Rate a district by a rulebook. `last_day` of the period: whether the basis still holds then.

    Raises Refusal `scoring.unit_twice`, `scoring.unknown_criterion`, `rulebooks.unknown_outcome`
    or `rulebooks.unknown_level`.
    """
    rated = rate_units(rulebook, units)
    whole = overall(rulebook, rated)
    return Rating(
        rulebook=rulebook,
        units=rated,
        blocks=groups(rulebook, rated, lambda unit: unit.evidence.block),
        levels=groups(rulebook, rated, lambda unit: unit.evidence.level),
        overall=whole,
        warnings=(
            *(basis_warnings(rulebook, last_day) if last_day else ()),
            *warnings_of(rulebook, rated, whole),
        ),
    )
