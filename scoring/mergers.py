"""A merged unit counted with its successor, so that periods before and after compare honestly.

Counts are added up. A fact that is no count (a share, points) cannot be added: the successor's own
stays; where only one of the units has it, that one does; else it is unknown. Points that people
gave stay the successor's own.

A unit that was split has no one successor: its figures belong to all parts together and to none of
them alone, so they stay apart and are never added to a part.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from scoring.evidence import Desk, Fact, UnitEvidence
from scoring.law import Rulebook
from scoring.metric import OWN_COUNTS
from scoring.rounding import added
from scoring.supported import FactKind

Counts = Mapping[str, Mapping[str, int]]
PETITIONS = tuple(name for name in OWN_COUNTS if name.startswith("own_petitions"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """A unit, the one it was merged into, and its own last day."""

    unit: str
    successor: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A unit, the units that each took a part of it over, and its own last day."""

    unit: str
    parts: tuple[str, ...]
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """A unit that others were merged into, as a rating names it."""

    code: str
    name: str
    level: str
    block: str


def fold(
    rulebook: Rulebook,
    units: Iterable[UnitEvidence],
    heads: Mapping[str, str],
    named: Mapping[str, Successor],
) -> tuple[UnitEvidence, ...]:
    """The units with those of `heads` (code → code of the last successor) added to theirs.

    `named` are the successors; one that had nothing of its own appears with what it took over.
    """
    members: defaultdict[str, list[UnitEvidence]] = defaultdict(list)
    for unit in units:
        members[heads.get(unit.code, unit.code)].append(unit)
    return tuple(_together(rulebook, code, found, named) for code, found in members.items())


def heads_of(mergers: Iterable[Merger], day: date) -> dict[str, str]:
    """Unit → the last unit it was merged into, for what was merged before this day."""
    next_one = {one.unit: one.successor for one in mergers if one.last_day < day}
    found: dict[str, str] = {}
    for unit in next_one:
        head = unit
        while head in next_one:
            head = next_one[head]
        found[unit] = head
    return found


def with_splits(
    units: Iterable[UnitEvidence], splits: Iterable[Split], day: date
) -> tuple[UnitEvidence, ...]:
    """The units, each that was split before this day with the parts it was split into."""
    parts = {one.unit: one.parts for one in splits if one.last_day < day}
    return tuple(
        replace(unit, split_into=parts[unit.code]) if unit.code in parts else unit for unit in units
    )


def _together(
    rulebook: Rulebook, code: str, units: Sequence[UnitEvidence], named: Mapping[str, Successor]
) -> UnitEvidence:
    own = next((unit for unit in units if unit.code == code), None)
    if own is not None and len(units) == 1:
        return own
    if own is None:
        head = named[code]
        own = UnitEvidence(code=code, name=head.name, level=head.level, block=head.block)
    others = [unit for unit in units if unit.code != code]
    facts = _facts(rulebook, own, others)
    whole = [own, *others]
    return replace(
        own,
        received=sum(unit.received for unit in whole),
        received_online=sum(unit.received_online for unit in whole),
        dossiers=sum(unit.dossiers for unit in whole),
        responses=sum(unit.responses for unit in whole),
        late=sum(unit.late for unit in whole),
        **{name: sum(getattr(unit, name) for unit in whole) for name in PETITIONS},
        outcomes=_summed([unit.outcomes for unit in whole]),
        answers=_summed([unit.answers for unit in whole]),
        desk=_desk(whole),
        facts=facts,
        lacking={name: parts for name, parts in _lacking(whole).items() if name not in facts},
        includes=tuple(sorted(unit.code for unit in others)),
    )


def _desk(units: Sequence[UnitEvidence]) -> Desk | None:
    if all(unit.desk is None for unit in units):
        return None
    seen = [
        unit.desk
        or Desk(
            dossiers=unit.dossiers,
            responses=unit.responses,
            outcomes=unit.outcomes,
            answers=unit.answers,
        )
        for unit in units
    ]
    return Desk(
        dossiers=sum(one.dossiers for one in seen),
        responses=sum(one.responses for one in seen),
        outcomes=_summed([one.outcomes for one in seen]),
        answers=_summed([one.answers for one in seen]),
    )


def _facts(
    rulebook: Rulebook, own: UnitEvidence, others: Sequence[UnitEvidence]
) -> dict[str, Fact]:
    """Counts of all that hold them; of other facts the successor's own, or the only one."""
    found: dict[str, Fact] = {}
    units = [own, *others]
    for name in dict.fromkeys(name for unit in units for name in unit.facts):
        held = [unit.facts[name] for unit in units if name in unit.facts]
        if rulebook.fact_kinds.get(name) is FactKind.COUNT:
            found[name] = added(map(Decimal, held))
        elif name in own.facts:
            found[name] = own.facts[name]
        elif len(held) == 1:
            found[name] = held[0]
    return found


def _lacking(units: Sequence[UnitEvidence]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for unit in units:
        for name, parts in unit.lacking.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *parts)))
    return found


def _summed(counted: Sequence[Counts]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for counts in counted:
        for key, shown in counts.items():
            mine = found.setdefault(key, {})
            for name, count in shown.items():
                mine[name] = mine.get(name, 0) + count
    return found
