"""Two ratings of the same district side by side: what rose, what fell, what cannot be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring.rating import Rating
from scoring.unit_rating import UnitRating


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure now and before; None where it is not known."""

    now: Decimal | None
    before: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """By how much it rose; None unless both are known."""
        if self.now is None or self.before is None:
            return None
        return self.now - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """One unit in both ratings; `now` or `before` is None where it is only in one."""

    code: str
    now: UnitRating | None
    before: UnitRating | None
    total: Change
    criteria: Mapping[str, Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Units in the order of their codes, criterion means, aggregates and block means.

    `same_rules` is False where the two ratings follow different rulebooks.
    """

    same_rules: bool
    units: tuple[UnitChange, ...]
    criteria: Mapping[str, Change]
    aggregates: Mapping[str, Change]
    blocks: Mapping[str, Change]


def compare(now: Rating, before: Rating) -> Comparison:
    """`now` against `before`, e.g. this quarter against the last or the same a year ago."""
    newer = {unit.code: unit for unit in now.units}
    older = {unit.code: unit for unit in before.units}
    return Comparison(
        same_rules=now.rulebook.checksum == before.rulebook.checksum,
        units=tuple(
            _unit_change(code, newer.get(code), older.get(code))
            for code in sorted(newer.keys() | older.keys())
        ),
        criteria=_changes(now.overall.criteria, before.overall.criteria),
        aggregates=_changes(now.overall.aggregates, before.overall.aggregates),
        blocks=_changes(_block_means(now), _block_means(before)),
    )


def _unit_change(code: str, now: UnitRating | None, before: UnitRating | None) -> UnitChange:
    return UnitChange(
        code=code,
        now=now,
        before=before,
        total=Change(now=now.total if now else None, before=before.total if before else None),
        criteria=_changes(now.values if now else {}, before.values if before else {}),
    )


def _changes(
    now: Mapping[str, Decimal | None], before: Mapping[str, Decimal | None]
) -> dict[str, Change]:
    return {
        key: Change(now=now.get(key), before=before.get(key))
        for key in sorted(now.keys() | before.keys())
    }


def _block_means(rating: Rating) -> dict[str, Decimal | None]:
    return {block: group.mean for block, group in rating.blocks.items()}
