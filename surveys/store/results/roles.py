"""The counts of a rating by both roles of a unit: as the one that resolves, and that receives.

Where the same unit does both, one count serves both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from surveys.criteria import CRITERIA, Outcomes, outcomes
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.base.schema import answers, dossier_evidence, dossiers, responses
from surveys.store.dossiers.in_period import dossier_returned_in
from surveys.store.results import ratings
from surveys.store.results.dossier_records import Known
from surveys.store.results.measured_otherwise import Choices, Otherwise, find_otherwise
from surveys.store.results.ratings import Moved, UnitCounts, count_moved

AnswerCounts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Every unit of a period as resolver; by its id as receiver, where that is not the same."""

    resolvers: list[UnitCounts]
    receivers: Mapping[int, UnitCounts]


async def count_by_role(conn: Connection, period: Period, choices: Choices) -> Roles:
    """The counts of a period by the choices of a rulebook."""
    counted = await ratings.count_by_unit(conn, period)
    other = [_otherwise(one) for one in await find_otherwise(conn, period, choices)]
    elsewhere = await ratings.count_received_elsewhere(conn, period) if choices.apart else []
    by_resolver, by_receiver = _grouped(other)
    for moved in elsewhere:
        by_receiver[moved.unit_id].append((-1, moved))
        by_receiver[moved.receiver_id].append((1, moved))
    both = [one for one in (*elsewhere, *other) if choices.apart and one.unit_id != one.receiver_id]
    apart = {number for moved in both for number in (moved.unit_id, moved.receiver_id)}
    return Roles(
        resolvers=[count_moved(unit, by_resolver[unit.unit_id]) for unit in counted],
        receivers={
            unit.unit_id: count_moved(unit, by_receiver[unit.unit_id])
            for unit in counted
            if unit.unit_id in apart
        },
    )


async def count_answers_elsewhere(
    conn: Connection, period: Period
) -> dict[tuple[int, int], dict[str, dict[str, int]]]:
    """(resolver, receiver) → question → option → answers about dossiers received elsewhere."""
    keys = (dossier_evidence.c.unit_id, dossiers.c.received_by_id)
    said = (answers.c.question, answers.c.option)
    query = (
        select(*keys, *said, func.count())
        .join_from(dossiers, dossier_evidence, dossier_evidence.c.dossier_id == dossiers.c.id)
        .join(responses, responses.c.dossier_id == dossiers.c.id)
        .join(answers, answers.c.response_id == responses.c.id)
        .where(dossiers.c.received_by_id.is_not(None), dossier_returned_in(period))
        .where(answers.c.latest, answers.c.option.is_not(None))
        .group_by(*keys, *said)
    )
    found: dict[tuple[int, int], dict[str, dict[str, int]]] = {}
    for unit_id, receiver_id, question, option, count in await conn.execute(query):
        options = found.setdefault((unit_id, receiver_id), {}).setdefault(question, {})
        options[option] = options.get(option, 0) + count
    return found


Moves = defaultdict[int, list[tuple[int, Moved]]]


def _grouped(moves: Iterable[Moved]) -> tuple[Moves, Moves]:
    """The same dossiers by the unit that resolved and by the one that received them."""
    resolvers: Moves = defaultdict(list)
    receivers: Moves = defaultdict(list)
    for moved in moves:
        resolvers[moved.unit_id].append((1, moved))
        receivers[moved.receiver_id].append((1, moved))
    return resolvers, receivers


def _otherwise(one: Otherwise) -> Moved:
    if one.before is None:
        shown = _named(outcomes(one.after.record))
        return _moved(one.after, shown, dossiers=1, answered=one.after.answered)
    return _moved(one.after, _changed(one.before, one.after), dossiers=0, answered=0)


def _changed(before: Known, after: Known) -> dict[str, dict[str, int]]:
    """What changes when a dossier is measured otherwise."""
    was, now = outcomes(before.record), outcomes(after.record)
    changed: dict[str, dict[str, int]] = {}
    for criterion, mine in CRITERIA.items():
        count = Counter({mine.codes(now.of(criterion)).name.lower(): 1})
        count.subtract({mine.codes(was.of(criterion)).name.lower(): 1})
        changed[criterion] = {name: n for name, n in count.items() if n and name != "missing"}
    return changed


def _named(shown: Outcomes) -> dict[str, dict[str, int]]:
    codes = {criterion: shown.of(criterion) for criterion in CRITERIA}
    return {criterion: {code.name.lower(): 1} for criterion, code in codes.items() if code}


def _moved(
    one: Known, shown: Mapping[str, Mapping[str, int]], *, dossiers: int, answered: int
) -> Moved:
    return Moved(
        unit_id=one.unit_id,
        receiver_id=one.received_by_id or one.unit_id,
        dossiers=dossiers,
        responses=answered,
        outcomes=shown,
    )
