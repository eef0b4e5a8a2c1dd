"""What a report says of its figures: limits, merits, and the tasks that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from admin.figures.model import Kind, ReportFigures, UnitFigures
from admin.figures.survey import SATISFACTION
from admin.reporting.document.rating_fields import (
    RatingFields,
    capital,
    criteria_named,
    criterion_in_full,
)
from admin.reporting.document.words import Words
from scoring.unit_rating import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A report's figures and the words for them."""

    words: Words
    figures: ReportFigures
    rated: RatingFields

    def limits(self) -> list[str]:
        """Weak criteria, criteria and units without points, late dossiers, the survey's gaps."""
        parts = [*self._of_dossiers(), *self._of_survey()]
        if self.figures.kind is not Kind.ONESTOP:
            parts = [*self._of_criteria(), *self._of_units(), *parts]
        return [one for one in parts if one] or [self.words.say("limits.none")]

    def _of_criteria(self) -> Iterator[str]:
        rating, say = self.figures.rating, self.words.say
        if not rating.in_state(State.SCORED.value):
            return
        for one in rating.weak:
            named = capital(criterion_in_full(self.words, one))
            yield say("limits.weak", criterion=named, mean=one.mean)
        if nobody := rating.scored_by_nobody:
            named = say("comma").join(criterion_in_full(self.words, one) for one in nobody)
            yield say("limits.nobody", len(nobody), criteria=named)

    def _of_units(self) -> Iterator[str]:
        rating, about = self.figures.rating, self.words.about
        yield about("limits.not_scored", _names(rating.in_state(State.NOT_SCORED.value)))
        yield about("limits.insufficient", _names(rating.in_state(State.INSUFFICIENT.value)))
        yield about("limits.few", [unit.name for unit in rating.units if unit.few_responses])

    def _of_dossiers(self) -> Iterator[str]:
        rating, about = self.figures.rating, self.words.about
        late = sorted(rating.overdue, key=lambda unit: (-unit.late, unit.code))
        yield about("limits.late", [self._counted(unit.name, unit.late) for unit in late])
        pending = [unit for unit in self.figures.intake.units if unit.counts.overdue]
        pending.sort(key=lambda unit: (-unit.counts.overdue, unit.code))
        counted = [self._counted(unit.name, unit.counts.overdue) for unit in pending]
        yield about("limits.pending", counted)
        yield about("limits.offline", _names(rating.without_online))
        whole = self.figures.intake.whole
        unapologised = whole.late + whole.overdue - whole.late_apologised - whole.overdue_apologised
        yield self.words.say("limits.apology", unapologised)

    def _of_survey(self) -> Iterator[str]:
        survey, say = self.figures.survey, self.words.say
        asked = survey.question(SATISFACTION)
        if asked is not None:
            unhappy = survey.dissatisfied(asked)
            yield say("limits.dissatisfied", unhappy, answers=asked.answered)
        if survey.returned and survey.valid < survey.quota:
            yield say(
                "survey.quota_missed",
                quota=survey.quota,
                percent=survey.quota_percent,
                missing=survey.quota - survey.valid,
            )

    def merits(self) -> list[str]:
        """The best grade and who has it, full marks, dossiers on time."""
        parts = [*self._best(), *self._on_time()]
        return [one for one in parts if one] or [self.words.say("merits.none")]

    def _best(self) -> Iterator[str]:
        rating = self.figures.rating
        if self.figures.kind is Kind.ONESTOP:
            return
        if rating.grades:
            best = rating.grades[0]
            names = _names(tuple(unit for unit in rating.units if unit.grade == best.id))
            yield self.words.about("merits.best", names, grade=best.name.lower())
        full = [c for c in rating.criteria if c.mean is not None and c.mean == c.max]
        if full:
            named = capital(criteria_named(self.words, full))
            yield self.words.say("merits.full", len(full), criteria=named)

    def _on_time(self) -> Iterator[str]:
        whole, say = self.figures.intake.whole, self.words.say
        dated = whole.on_time + whole.late
        if dated and not whole.late:
            yield say("merits.punctual")
        elif dated and whole.on_time:
            yield say("merits.on_time", share=self.words.share(whole.on_time, dated))

    def tasks(self) -> list[str]:
        """What follows from the limits, each once."""
        rating, say = self.figures.rating, self.words.say
        found = [say("tasks.always")]
        if self.figures.kind is not Kind.ONESTOP and rating.in_state(State.SCORED.value):
            named = {"weak": rating.weak, "nobody": rating.scored_by_nobody}
            for key, criteria in named.items():
                if criteria:
                    ordered = [one for one in rating.criteria if one in criteria]
                    found.append(say(f"tasks.{key}", criteria=criteria_named(self.words, ordered)))
        whole, survey = self.figures.intake.whole, self.figures.survey
        if whole.late or whole.overdue or rating.overdue:
            found.append(say("tasks.late"))
        if rating.without_online:
            found.append(say("tasks.offline"))
        if rating.in_state(State.NOT_SCORED.value, State.INSUFFICIENT.value):
            found.append(say("tasks.unscored"))
        if survey.returned and survey.valid < survey.quota:
            found.append(say("tasks.quota", percent=survey.quota_percent))
        return found

    def _counted(self, name: str, count: int) -> str:
        return f"{name} ({self.words.plain(count)})"


def _names(units: tuple[UnitFigures, ...]) -> list[str]:
    return [unit.name for unit in units]
