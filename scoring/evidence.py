"""What is known of a unit in a period, and how facts and points given by people are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from scoring.errors import Refusal
from scoring.law import Rulebook
from scoring.metric import OWN_COUNTS
from scoring.rounding import plain
from scoring.supported import FACTS, Attribution, FactKind

Fact = Annotated[Decimal | str, Field(union_mode="left_to_right")]
"""A number or a word; a stored one is read as a number where it is one."""


_OWN = frozenset(OWN_COUNTS)
PUBLICITY = ("both", "one", "poor")

PARTS_OF = {
    "complaints_on_time": "complaints_total",
    "complaints_prolonged": "complaints_total",
    "online_procedures_deployed": "online_procedures_eligible",
    "online_dossiers": "dossiers_total",
}

_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,20})?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,20})?) ?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is known of a unit as the one that received dossiers, whichever unit resolved them."""

    dossiers: int = 0
    responses: int = 0
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvidence:
    """Everything a rating reads of one unit and one period.

    `dossiers` are those returned in the period, `late` of them after their day; `own_petitions`
    are those sent through us in the period, answered or due by its end on time, `satisfied` those
    that are answered and not disputed; `received` and
    `received_online` go by the day of reception. `outcomes` counts dossiers: criterion → outcome
    → how many. `answers` counts responses: question → option → how many. All of them are those
    the unit resolved; `desk` are those it received, None where they are the same. `appraised` and
    `self_scores` are points per criterion. `lacking`: facts that only some parts of the period
    hold → the parts without them. `includes`: the codes of merged units counted with it.
    `split_into`: the units that each took a part of it over; its figures stay its own.
    """

    code: str
    name: str
    level: str
    block: str | None = None
    received: int = 0
    received_online: int = 0
    dossiers: int = 0
    responses: int = 0
    late: int = 0
    own_petitions: int = 0
    own_petitions_on_time: int = 0
    own_petitions_answered: int = 0
    own_petitions_satisfied: int = 0
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    desk: Desk | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    includes: tuple[str, ...] = ()
    split_into: tuple[str, ...] = ()
    appraised: Mapping[str, Decimal] = field(default_factory=dict)
    self_scores: Mapping[str, Decimal] = field(default_factory=dict)

    def seen_as(self, role: Attribution) -> "UnitEvidence":
        """The evidence of the unit as the one that resolved, or that received, dossiers."""
        if role is Attribution.RESOLVER or self.desk is None:
            return self
        desk = self.desk
        return replace(
            self,
            dossiers=desk.dossiers,
            responses=desk.responses,
            outcomes=desk.outcomes,
            answers=desk.answers,
            desk=None,
        )

    @property
    def most_dossiers(self) -> int:
        """The dossiers returned that it resolved or received, whichever are more."""
        return max(self.dossiers, self.desk.dossiers if self.desk else 0)

    @property
    def most_responses(self) -> int:
        """The responses about those."""
        return max(self.responses, self.desk.responses if self.desk else 0)

    def number(self, fact: str) -> Decimal | None:
        """A fact that is a number; None where it is unknown."""
        value = self.facts.get(fact)
        return None if value is None else Decimal(value)

    def count(self, term: str) -> Decimal | None:
        """A term of a metric's ratio (`scoring.metric.Ratio`); None for a fact nobody gave.

        What we count ourselves is always known: nothing counted is 0.
        """
        source, *names = term.split(".")
        if source in _OWN:
            return Decimal(getattr(self, source))
        if not names:
            return self.number(term)
        counted = self.outcomes if source == "outcomes" else self.answers
        key, value = names
        return Decimal(counted.get(key, {}).get(value, 0))


def parse_fact(name: str, text: str, kinds: Mapping[str, FactKind] = FACTS) -> Fact:
    """Parse a fact as written in a file: a share 0–1, a whole number, points, or a word.

    `kinds` are the facts there are.
    A decimal comma and a percent sign are understood. Raises Refusal `scoring.unknown_fact`,
    `scoring.bad_share`, `scoring.bad_count`, `scoring.bad_fact_points` or `scoring.bad_publicity`.
    """
    if name not in kinds:
        raise Refusal("scoring.unknown_fact", fact=name, known=", ".join(kinds))
    wanted = text.strip()
    if kinds[name] in _NUMBERS:
        return _NUMBERS[kinds[name]](name, wanted)
    if wanted.lower() not in PUBLICITY:
        raise Refusal("scoring.bad_publicity", fact=name, value=wanted)
    return wanted.lower()


def check_facts(facts: Mapping[str, Fact], parts: Mapping[str, str] = PARTS_OF) -> None:
    """Check the facts of one unit and period; `parts` maps a part to its whole.

    Raises Refusal `scoring.part_above_whole` when a part is larger than its whole."""
    for part, whole in parts.items():
        if part in facts and whole in facts and Decimal(facts[part]) > Decimal(facts[whole]):
            params = {"part": part, "value": facts[part], "whole": whole, "total": facts[whole]}
            raise Refusal("scoring.part_above_whole", **params)


def parse_points(rulebook: Rulebook, criterion: str, text: str) -> Decimal:
    """Points that a unit or an appraiser gave to a criterion.

    Raises Refusal `scoring.unknown_criterion` or `scoring.bad_points`.
    """
    known_criterion(rulebook, criterion)
    points = _number(text.strip())
    most = rulebook.most(criterion)
    if points is None or points > most or not most:
        params = {"criterion": criterion, "value": text.strip(), "max": plain(most)}
        raise Refusal("scoring.bad_points", **params)
    return points


def known_criterion(rulebook: Rulebook, criterion: str) -> None:
    """Raises Refusal `scoring.unknown_criterion` for a criterion the rulebook has not."""
    if criterion not in rulebook.criteria:
        known = ", ".join(rulebook.criteria)
        params = {"rulebook": rulebook.id, "criterion": criterion, "known": known}
        raise Refusal("scoring.unknown_criterion", **params)


def _share(name: str, text: str) -> Decimal:
    percent = _PERCENT.fullmatch(text)
    share = _number(percent[1]) if percent else _number(text)
    if share is not None and percent:
        share /= 100
    if share is None or share > 1:
        raise Refusal("scoring.bad_share", fact=name, value=text)
    return share


def _count(name: str, text: str) -> Decimal:
    count = _number(text)
    grouped = re.fullmatch(r"[0-9]+[.,][0-9]{3}", text)  # 1.000 may mean a thousand, or one
    if count is None or grouped or count != count.to_integral_value():
        raise Refusal("scoring.bad_count", fact=name, value=text)
    return count.to_integral_value()


def _points(name: str, text: str) -> Decimal:
    points = _number(text)
    if points is None:
        raise Refusal("scoring.bad_fact_points", fact=name, value=text)
    return points


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


_NUMBERS = {FactKind.SHARE: _share, FactKind.COUNT: _count, FactKind.POINTS: _points}
