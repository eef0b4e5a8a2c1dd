"""How often each option was answered, of every unit that resolved, and that received, dossiers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import tallies
from surveys.store.results.roles import Roles, count_answers_elsewhere
from surveys.store.results.tallies import Dimension

Counts = Mapping[str, Mapping[str, int]]
"""Question → option → responses."""
OfUnits = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """By the code of the unit; `of_receiver` has only units that received for others, or others
    for them.
    """

    of_resolver: Mapping[str, Counts] = field(default_factory=dict)
    of_receiver: Mapping[str, Counts] = field(default_factory=dict)


async def read_answers(conn: Connection, period: Period, roles: Roles) -> Answers:
    """The answers about the dossiers returned in the period."""
    found: OfUnits = {}
    for cell in await tallies.count_cells(conn, period, {Dimension.UNIT}):
        _add(found, cell.group[0], cell.question, cell.option, cell.count or 0)
    if not roles.receivers:
        return Answers(of_resolver=found)
    received: OfUnits = {
        unit.code: {question: dict(said) for question, said in found.get(unit.code, {}).items()}
        for unit in roles.receivers.values()
    }
    codes = {number: unit.code for number, unit in roles.receivers.items()}
    moved = await count_answers_elsewhere(conn, period)
    for (resolver, receiver), questions in moved.items():
        for question, options in questions.items():
            for option, count in options.items():
                _add(received, codes.get(resolver), question, option, -count)
                _add(received, codes.get(receiver), question, option, count)
    return Answers(of_resolver=found, of_receiver=received)


def _add(found: OfUnits, unit: str | None, question: str, option: str, count: int) -> None:
    if unit is not None:
        options = found.setdefault(unit, {}).setdefault(question, {})
        options[option] = options.get(option, 0) + count
