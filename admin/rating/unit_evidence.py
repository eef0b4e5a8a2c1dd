"""Converts the store's counts into the evidence `scoring` reads, for every unit of a period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from admin.rating.answer_counts import Answers, read_answers
from scoring.evidence import Desk, Fact, UnitEvidence, parse_fact
from scoring.law import Rulebook
from scoring.mergers import Merger, Split, Successor, fold, heads_of, with_splits
from scoring.rollup import roll_up
from scoring.supported import Attribution, FactKind
from surveys.measuring import Measuring
from surveys.period import Period, part_ids
from surveys.store.base.connection import Connection
from surveys.store.dossiers import facts, scores, units
from surveys.store.dossiers.scores import Stage
from surveys.store.results import petition_counts
from surveys.store.results.measured_otherwise import Choices
from surveys.store.results.ratings import UnitCounts
from surveys.store.results.roles import count_by_role

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


async def unit_evidence(
    conn: Connection, rulebook: Rulebook, period: Period, as_of: date | None = None
) -> PeriodEvidence:
    """Read a period with a fixed number of statements, however many dossiers it has.

    The facts of a year are combined from those of its quarters as the rulebook says. Units merged
    by the day `as_of`, by default the period's last, are counted with their successors.
    """
    roles = await count_by_role(conn, period, choices_of(rulebook))
    counted = roles.resolvers
    parts = part_ids(period)
    given = await facts.list_by_period(conn, (period.id, *parts))
    own = await scores.list_by_period(conn, period.id, Stage.SELF)
    appraised = await scores.list_by_period(conn, period.id, Stage.APPRAISED)
    answers = await read_answers(conn, period, roles) if rulebook.counts_answers else Answers()
    asked = await petition_counts.count_by_unit(conn, period) if rulebook.counts_petitions else {}
    read = []
    for unit in counted:
        held = {one: _facts(rulebook, by_unit.get(unit.code, {})) for one, by_unit in given.items()}
        whole = held.pop(period.id)
        known, lacking = roll_up(rulebook.facts_of_parts, whole, held)
        points = _Points(own=own.get(unit.code, {}), appraised=appraised.get(unit.code, {}))
        made = replace(_evidence(unit, points), facts=known, lacking=lacking)
        desk = _desk(roles.receivers.get(unit.unit_id), answers)
        given_here = answers.of_resolver.get(unit.code, {})
        made = _with_petitions(made, asked.get(unit.unit_id, {}))
        read.append(replace(made, answers=given_here, desk=desk))
    return await with_mergers(
        conn,
        rulebook,
        as_of or period.end,
        PeriodEvidence(
            period=period,
            evidence=tuple(read),
            simulated_by_unit={unit.code: unit.simulated for unit in counted if unit.simulated},
        ),
    )


async def with_mergers(
    conn: Connection, rulebook: Rulebook, day: date, read: PeriodEvidence
) -> PeriodEvidence:
    """Count units merged by this day with their successors, if the rulebook says so; `read` itself
    where there are none.
    """
    splits = await units.list_splits(conn)
    known = [Split(unit=code, parts=parts, last_day=last) for code, (last, parts) in splits.items()]
    read = replace(read, evidence=with_splits(read.evidence, known, day)) if known else read
    found = await units.list_mergers(conn) if rulebook.sums_mergers else []
    heads = heads_of((Merger(unit=a, successor=b, last_day=last) for a, b, last in found), day)
    if not heads.keys() & {unit.code for unit in read.evidence}:
        return read
    listed = {code: unit for code, (_, unit) in (await units.list_all(conn)).items()}
    named = {
        code: Successor(code=code, name=unit.name, level=unit.level, block=unit.block)
        for code, unit in listed.items()
        if code in heads.values()
    }
    simulated: dict[str, int] = {}
    for code, count in read.simulated_by_unit.items():
        head = heads.get(code, code)
        simulated[head] = simulated.get(head, 0) + count
    evidence = fold(rulebook, read.evidence, heads, named)
    return replace(read, evidence=evidence, simulated_by_unit=simulated)


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


def _with_petitions(made: UnitEvidence, counts: Mapping[str, int]) -> UnitEvidence:
    return replace(
        made,
        own_petitions=counts.get("own_petitions", 0),
        own_petitions_on_time=counts.get("own_petitions_on_time", 0),
        own_petitions_answered=counts.get("own_petitions_answered", 0),
        own_petitions_satisfied=counts.get("own_petitions_satisfied", 0),
    )


def choices_of(rulebook: Rulebook) -> Choices:
    """What the rulebook decides about the dossiers that count."""
    return Choices(
        time=Measuring(
            promised_last=rulebook.due_as_promised_last,
            asked_again_is_late=rulebook.late_if_asked_again,
            waiting_left_out=rulebook.subtracts_supplement_time,
        ),
        with_ended=rulebook.counts_ended,
        apart=any(rulebook.measures(one) is Attribution.RECEIVER for one in rulebook.criteria),
    )


def _desk(received: UnitCounts | None, answers: Answers) -> Desk | None:
    """The unit as the one that received dossiers; None where it resolved just those."""
    if received is None:
        return None
    return Desk(
        dossiers=received.dossiers,
        responses=received.responses,
        outcomes=received.outcomes,
        answers=answers.of_receiver.get(received.code, {}),
    )


def _facts(rulebook: Rulebook, stored: Mapping[str, str]) -> dict[str, Fact]:
    """The facts that the rulebook knows; facts of other rulebooks are ignored."""
    kinds = rulebook.fact_kinds
    return {name: _fact(name, text, kinds[name]) for name, text in stored.items() if name in kinds}


@lru_cache(maxsize=10_000)
def _fact(name: str, text: str, kind: FactKind) -> Fact:
    """Cached, since a thousand units have mostly the same facts."""
    return parse_fact(name, text, {name: kind})
