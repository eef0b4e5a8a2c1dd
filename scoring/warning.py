"""Warnings for the reader of a rating, each with a code and the underlying figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from scoring.aggregates import Overall, scored
from scoring.law import Rulebook
from scoring.lists import grade_in_proportion, scored_by_nobody, self_differences
from scoring.rounding import plain
from scoring.texts import say
from scoring.unit_rating import State, UnitRating
from scoring.words import fact_words

EMPTY = "no_dossiers_at_all"
FEW = 2
"""At most this number of criteria are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingWarning:
    """A code and its parameters; the words come from `texts.yaml`, or were kept: `said`."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def message(self, language: str = "vi") -> str:
        """The warning as one sentence."""
        return self.said.get(language) or say("warnings", self.code, language, **self.params)

    def kept(self) -> "RatingWarning":
        """A copy that says the same for ever, whatever the texts become."""
        said = {language: self.message(language) for language in ("vi", "en")}
        return RatingWarning(code=self.code, said=said)

    def as_json(self, language: str = "vi") -> dict[str, str]:
        """`{"code", "message"}`."""
        return {"code": self.code, "message": self.message(language)}


def warnings_of(
    rulebook: Rulebook, units: Sequence[UnitRating], overall: Overall
) -> tuple[RatingWarning, ...]:
    """Every warning, the district's before the units'."""
    rated = scored(units)
    return (
        *_empty(units),
        *_means_differ(overall),
        *_scored_by_nobody(rulebook, overall, rated),
        *_left_out(rulebook, units),
        *_lacking(rulebook, units),
        *_merged(units),
        *split_warnings(units),
        *(warning for unit in rated for warning in _grade_lowered(rulebook, unit)),
        *(warning for unit in units for warning in _self_differs(rulebook, unit)),
    )


def _empty(units: Sequence[UnitRating]) -> Iterator[RatingWarning]:
    """That no unit has a dossier: more likely they were not imported than that none arose."""
    if units and all(unit.state is State.NO_DOSSIERS for unit in units):
        yield RatingWarning(code=EMPTY)


def basis_warnings(rulebook: Rulebook, day: date) -> tuple[RatingWarning, ...]:
    """That the act the rulebook rests on has ended by this day, and no local decision keeps it."""
    if rulebook.basis is None or not rulebook.basis_ended(day):
        return ()
    params = {"rulebook": rulebook.id, "act": rulebook.basis.act, "ends": rulebook.basis.ends}
    return (RatingWarning(code="rulebook_basis_ended", params=params),)


def _means_differ(overall: Overall) -> Iterator[RatingWarning]:
    known = {value for value in overall.aggregates.values() if value is not None}
    if len(known) > 1:
        yield RatingWarning(code="means_differ", params=overall.aggregates)


def _scored_by_nobody(
    rulebook: Rulebook, overall: Overall, rated: Sequence[UnitRating]
) -> Iterator[RatingWarning]:
    numbers = tuple(scored_by_nobody(overall)) if rated else ()
    if len(numbers) > FEW and any(rulebook.metric_of(number) for number in numbers):
        names = [rulebook.criteria[number].name for number in numbers]
        yield RatingWarning(
            code="criteria_scored_by_nobody", params={"count": len(names), "criteria": names}
        )
        return
    for number in numbers:
        params = {"criterion": number, "name": rulebook.criteria[number].name}
        yield RatingWarning(code="criterion_scored_by_nobody", params=params)


def _left_out(rulebook: Rulebook, units: Sequence[UnitRating]) -> Iterator[RatingWarning]:
    for state, code, more in (
        (State.NOT_SCORED, "units_not_scored", {}),
        (State.INSUFFICIENT, "units_insufficient", {"minimum": rulebook.minimum_criteria}),
    ):
        names = [unit.evidence.name for unit in units if unit.state is state]
        if names:
            yield RatingWarning(code=code, params={"count": len(names), "units": names, **more})


def _lacking(rulebook: Rulebook, units: Sequence[UnitRating]) -> Iterator[RatingWarning]:
    """Facts that only some parts of the period hold, with the units and the parts without them;
    those that the same units lack alike are one warning.
    """
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for unit in units:
        for fact, parts in unit.evidence.lacking.items():
            found.setdefault((fact, parts), []).append(unit.evidence.name)
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (fact, parts), names in found.items():
        alike.setdefault((parts, tuple(names)), []).append(fact)
    for (parts, lacking), facts in alike.items():
        code = "fact_lacking_in_parts" if parts else "fact_not_given"
        params = {
            "fact": [fact_words(rulebook, fact) for fact in facts],
            "parts": parts,
            "count": len(lacking),
            "units": list(lacking),
        }
        yield RatingWarning(code=code, params=params)


def _merged(units: Sequence[UnitRating]) -> Iterator[RatingWarning]:
    """That units were counted with those merged into them."""
    found = {unit.evidence.name: unit.evidence.includes for unit in units if unit.evidence.includes}
    if found:
        told = [f"{name} ({', '.join(codes)})" for name, codes in found.items()]
        yield RatingWarning(code="mergers_summed", params={"count": len(found), "units": told})


def split_warnings(units: Sequence[UnitRating]) -> Iterator[RatingWarning]:
    """That a unit was split, so its figures are added to no other."""
    for unit in units:
        told = unit.evidence
        if told.split_into:
            params = {"unit": told.name, "code": unit.code, "parts": list(told.split_into)}
            yield RatingWarning(code="unit_split", params=params)


def _grade_lowered(rulebook: Rulebook, unit: UnitRating) -> Iterator[RatingWarning]:
    """The grade would be better if the unit had the same share of the full marks."""
    better = grade_in_proportion(rulebook, unit)
    if better is None or unit.grade is None:
        return
    yield RatingWarning(
        code="grade_lowered_by_missing",
        params={
            "unit": unit.evidence.name,
            "code": unit.code,
            "missing": list(unit.missing),
            "reachable": plain(unit.reachable),
            "total": unit.total,
            "grade": unit.grade.name,
            "grade_in_proportion": better.name,
        },
    )


def _self_differs(rulebook: Rulebook, unit: UnitRating) -> Iterator[RatingWarning]:
    criteria = list(self_differences(rulebook, unit))
    if criteria:
        params = {"unit": unit.evidence.name, "criteria": criteria}
        yield RatingWarning(code="self_differs", params=params)
