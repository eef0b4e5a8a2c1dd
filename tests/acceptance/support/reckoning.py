"""What `rate` and `tally` must say of a district: raw files to plain units, rated by the oracle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests import rating_oracle
from tests.acceptance.support.district import District, Dossier, Unit
from tests.acceptance.support.form import PHIEU5

DAYS = {
    "2021-Q2": (date(2021, 3, 15), date(2021, 6, 14)),
    "2021-Q1": (date(2020, 12, 15), date(2021, 3, 14)),
    "2020-Q2": (date(2020, 3, 15), date(2020, 6, 14)),
    "2020": (date(2019, 12, 15), date(2020, 12, 14)),
    "2021-03-10..2021-04-30": (date(2021, 3, 10), date(2021, 4, 30)),
}
Json = dict[str, Any]
EXCUSES = {"contacts": "own_fault", "agencies": "field_check"}


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
        first, last = DAYS[self.period]
        return {
            "period": {"id": self.period, "from": first.isoformat(), "to": last.isoformat()},
            "rulebook": "tt01-2018",
            **rating_oracle.rate([self.unit(unit) for unit in self.district.units]),
        }

    def unit(self, unit: Unit) -> Json:
        """One unit of it, as the oracle takes it."""
        own = [one for one in self.district.dossiers if one.unit == unit.code]
        received = [one for one in own if self.within(one.received_at)]
        returned = [one for one in own if self.within(one.returned_at)]
        answers = {answer.dossier: answer.choices for answer in self.district.answers}
        return {
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "block": unit.block,
            "received": len(received),
            "received_online": sum(one.channel == "Trực tuyến" for one in received),
            "dossiers": len(returned),
            "responses": sum(one.code in answers for one in returned),
            "outcomes": self._outcomes(returned, answers),
            "facts": {
                fact.fact: fact.value
                for fact in self.district.facts
                if (fact.unit, fact.period) == (unit.code, self.period)
            },
            "appraised": self._scores(unit, "appraised"),
            "self": self._scores(unit, "self"),
        }

    def _scores(self, unit: Unit, stage: str) -> dict[str, str]:
        return {
            score.criterion: score.points
            for score in self.district.scores
            if (score.unit, score.period, score.stage) == (unit.code, self.period, stage)
        }

    def _outcomes(
        self, returned: Sequence[Dossier], answers: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Counter[str]]:
        counted: dict[str, Counter[str]] = {number: Counter() for number in "12347"}
        for one in returned:
            said = answers.get(one.code, {})
            time = timeliness(one.finished_at or one.returned_at, one.due_at)
            counted["1"][time] += 1
            counted["2"][self._worst_step(one)] += 1
            counted["3"][excused(said, "contacts")] += 1
            counted["4"][excused(said, "agencies")] += 1
            counted["7"][conduct(said, time)] += 1
        return counted

    def _worst_step(self, dossier: Dossier) -> str:
        steps = [one for one in self.district.steps if one.dossier == dossier.code]
        known = {timeliness(one.finished_at, one.due_at) for one in steps}
        return next((one for one in ("late", "same_day", "early") if one in known), "missing")


def timeliness(done: datetime | None, due: datetime | None) -> str:
    """By the day; without either day nothing can be said."""
    if done is None or due is None:
        return "missing"
    if done.date() == due.date():
        return "same_day"
    return "early" if done.date() < due.date() else "late"


def excused(said: Mapping[str, str], question: str) -> str:
    """CS 3 and CS 4: what was chosen; many may have an excuse."""
    option, excuse = said.get(question, "missing"), EXCUSES[question]
    if option == "many" and said.get(f"{question}_{excuse}") == "yes":
        return f"many_{excuse}"
    return option


def conduct(said: Mapping[str, str], time: str) -> str:
    """CS 7: a complaint, else the time; without an answer nothing can be said."""
    return {"yes": "complaint", "no": time}.get(said.get("conduct", ""), "missing")


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
