"""What `motcua rate` must say of a district, worked out from design.md alone, in fractions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from tests.acceptance.support.district import Answer, District, Dossier, Fact, Score, Unit
from tests.acceptance.support.form import PHIEU5
from tests.acceptance.support.points import (
    Points,
    allowance,
    average,
    complaints,
    conduct,
    decimal,
    half_up,
    mean,
    online,
    organisation,
    shown,
    timeliness,
    whole,
)

GRADES = {"xuat_sac": 15, "tot": 12, "kha": 9, "trung_binh": 6, "yeu": 0}
DAYS = {
    "2021-Q2": (date(2021, 3, 15), date(2021, 6, 14)),
    "2020": (date(2019, 12, 15), date(2020, 12, 14)),
    "2021-03-10..2021-04-30": (date(2021, 3, 10), date(2021, 4, 30)),
}
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Reckoned:
    """One unit, worked out."""

    unit: Unit
    received: int
    returned: int
    responses: int
    points: dict[str, Points]
    state: str

    @property
    def total(self) -> Fraction:
        """The sum of the rounded points."""
        return sum((points for points, _ in self.points.values()), Fraction(0))

    def as_json(self) -> Json:
        """In the contract's shape."""
        scored = self.state == "scored"
        return {
            "code": self.unit.code,
            "name": self.unit.name,
            "level": self.unit.level,
            "block": self.unit.block,
            "state": self.state,
            "received": self.received,
            "dossiers": self.returned,
            "responses": self.responses,
            "criteria": {c: self._criterion(c) for c in "123456789"},
            "scored_criteria": len(self.points),
            "reachable": str(2 * len(self.points)),
            "total": decimal(self.total, 1) if scored else None,
            "grade": grade(self.total) if scored else None,
        }

    def _criterion(self, criterion: str) -> Json | None:
        if criterion not in self.points:
            return None
        points, n = self.points[criterion]
        return {"points": decimal(points, 1), "n": n}


def grade(total: Fraction) -> str:
    """The grade a total earns."""
    return next(name for name, least in GRADES.items() if total >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoner:
    """A district in a period."""

    district: District
    period: str

    def within(self, moment: datetime | None) -> bool:
        """Whether a local moment lies in the period, both end days included."""
        first, last = DAYS[self.period]
        return moment is not None and first <= moment.date() <= last

    def rating(self) -> Json:
        """What `rate PERIOD --format json` prints, but its warnings."""
        units = [self.unit(unit) for unit in sorted(self.district.units, key=lambda u: u.code)]
        first, last = DAYS[self.period]
        return {
            "period": {"id": self.period, "from": first.isoformat(), "to": last.isoformat()},
            "rulebook": "tt01-2018",
            "units": [unit.as_json() for unit in units],
            "blocks": [block(b, units) for b in sorted({u.unit.block for u in units})],
            "overall": overall(units),
        }

    def unit(self, unit: Unit) -> Reckoned:
        """One unit of it."""
        own = [one for one in self.district.dossiers if one.unit == unit.code]
        returned = [one for one in own if self.within(one.returned_at)]
        answers = {a.dossier: a for a in self.district.answers}
        answered = [answers[one.code] for one in returned if one.code in answers]
        points = self._points(unit, returned)
        received = sum(self.within(one.received_at) for one in own)
        return Reckoned(
            unit=unit,
            received=received,
            returned=len(returned),
            responses=len(answered),
            points=points,
            state=self._state(unit, received + len(returned), answered, points),
        )

    def _state(
        self, unit: Unit, dossiers: int, answered: Sequence[Answer], points: dict[str, Points]
    ) -> str:
        told: list[Fact | Score] = [*self.district.facts, *self.district.scores]
        reported = any(one.unit == unit.code and one.period == self.period for one in told)
        if not dossiers:
            return "no_dossiers"
        if not answered and not reported:
            return "not_scored"
        return "scored" if len(points) >= 5 else "insufficient"

    def _points(self, unit: Unit, returned: Sequence[Dossier]) -> dict[str, Points]:
        points = {c: p for c, p in self._computed(unit, returned).items() if p is not None}
        for score in self.district.scores:
            told = (score.unit, score.period, score.stage)
            if told == (unit.code, self.period, "appraised"):
                points[score.criterion] = (Fraction(score.points), None)
        return dict(sorted(points.items()))

    def _computed(self, unit: Unit, returned: Sequence[Dossier]) -> dict[str, Points | None]:
        answers = {a.dossier: a.choices for a in self.district.answers}
        given = [(one, answers.get(one.code, {})) for one in returned]
        facts = {
            f.fact: f.value
            for f in self.district.facts
            if (f.unit, f.period) == (unit.code, self.period)
        }
        return {
            "1": average(
                timeliness(one.finished_at or one.returned_at, one.due_at) for one in returned
            ),
            "2": average(self._worst_step(one) for one in returned),
            "3": average(
                allowance(a, "contacts", ("none", "once"), "contacts_own_fault") for _, a in given
            ),
            "4": average(
                allowance(a, "agencies", ("none", "one_stop"), "agencies_field_check")
                for _, a in given
            ),
            "5": whole(organisation(unit.level, facts)),
            "6": whole({"both": 2, "one": 1, "poor": 0}.get(facts.get("publicity", ""))),
            "7": average(conduct(one, a) for one, a in given),
            "8": whole(complaints(facts)),
            "9": whole(online(facts, *self._online_share(unit))),
        }

    def _worst_step(self, dossier: Dossier) -> int | None:
        steps = [one for one in self.district.steps if one.dossier == dossier.code]
        points = [timeliness(one.finished_at, one.due_at) for one in steps]
        return min((p for p in points if p is not None), default=None)

    def _online_share(self, unit: Unit) -> tuple[int, int]:
        received = [
            one
            for one in self.district.dossiers
            if one.unit == unit.code and self.within(one.received_at)
        ]
        return sum(one.channel == "Trực tuyến" for one in received), len(received)


def block(name: str, units: Sequence[Reckoned]) -> Json:
    """The row of a block."""
    members = [one for one in units if one.unit.block == name]
    scored = [one for one in members if one.state == "scored"]
    grades = Counter(grade(one.total) for one in scored)
    return {
        "block": name,
        "units": len(members),
        "scored": len(scored),
        "mean": shown(mean(one.total for one in scored)),
        "grades": {g: grades[g] for g in GRADES},
        "shares_of_all": _shares(grades, len(members)),
        "shares_of_scored": _shares(grades, len(scored)),
    }


def _shares(grades: Counter[str], among: int) -> dict[str, str]:
    return {g: decimal(Fraction(100 * n, among), 0) for g, n in grades.items() if n}


def overall(units: Sequence[Reckoned]) -> Json:
    """The three aggregates of the district."""
    scored = [one for one in units if one.state == "scored"]
    means = {c: mean(u.points[c][0] for u in scored if c in u.points) for c in "123456789"}
    rounded = [half_up(m, 2) for m in means.values() if m is not None]
    weight = sum(one.returned for one in scored)
    weighted = sum((one.total * one.returned for one in scored), Fraction(0))
    return {
        "criteria": {c: shown(m) for c, m in means.items()},
        "sum_of_criterion_means": shown(sum(rounded, Fraction(0)) if rounded else None),
        "unit_mean": shown(mean(one.total for one in scored)),
        "dossier_weighted_mean": shown(weighted / weight if weight else None),
        "printed": "sum_of_criterion_means",
    }


def tally(reckoner: Reckoner) -> tuple[Counter[tuple[str, ...]], list[Json]]:
    """What `tally PERIOD` must count: the rows' counts by their keys, and the reach by unit."""
    district = reckoner.district
    codes = sorted(unit.code for unit in district.units)
    counts: Counter[tuple[str, ...]] = Counter(
        {
            (unit, "phieu5", question, option): 0
            for unit in codes
            for question, options in PHIEU5.items()
            for option in options
        }
    )
    unit_of = {one.code: one.unit for one in district.dossiers if reckoner.within(one.returned_at)}
    for answer in district.answers:
        for question, option in answer.choices.items():
            if answer.dossier in unit_of:
                counts[unit_of[answer.dossier], answer.form, question, option] += 1
    return counts, [_reach(reckoner, code, unit_of) for code in codes]


def _reach(reckoner: Reckoner, code: str, unit_of: dict[str, str]) -> Json:
    answered = sum(unit_of.get(one.dossier) == code for one in reckoner.district.answers)
    returned = sum(unit == code for unit in unit_of.values())
    return {"unit": code, "returned": returned, "answered": answered, "valid": answered}
