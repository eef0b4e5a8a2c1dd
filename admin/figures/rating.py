"""Turns a rating into the figures of a report."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from admin.figures.model import (
    BlockFigures,
    CriterionFigures,
    GradeFigures,
    Number,
    OfficialFigures,
    RatingFigures,
    RuleFigures,
    UnitFigures,
)
from admin.rating.attention import has_few_responses
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.unit_evidence import PeriodEvidence
from scoring.aggregates import Group, grade_of_mean
from scoring.bands import Band
from scoring.law import Rulebook
from scoring.officials import rate_official
from scoring.rating import Rating
from scoring.rounding import added
from scoring.unit_rating import State, UnitRating
from surveys.period import Period
from surveys.store.results.ratings import OutcomeCounts

OFFICIALS = Mapping[tuple[str, str], OutcomeCounts]
VIETNAMESE = "vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedPeriod:
    """A rating with what it was read from; `officials` None: nobody is named in the dossiers."""

    read: PeriodEvidence
    rating: Rating
    phrases: RatingPhrases
    officials: OFFICIALS | None = None

    @property
    def book(self) -> Rulebook:
        """The rulebook rated by."""
        return self.rating.rulebook

    def figures(self) -> RatingFigures:
        """The figures of a report, in the order of the rating."""
        overall = self.rating.overall
        best = grade_of_mean(self.book, overall.aggregates[overall.printed.value])
        return RatingFigures(
            rules=_rules(self.rating, self.read.period),
            grades=tuple(map(_grade, self.book.grade_bands)),
            criteria=tuple(self._criteria()),
            units=tuple(map(self._unit, self.rating.units)),
            blocks=tuple(self._block(name, g) for name, g in self.rating.blocks.items()),
            aggregates=dict(overall.aggregates),
            grade=None if best is None else best.id,
            warnings=tuple(one.message(VIETNAMESE) for one in self.rating.warnings),
            officials=self._officials(),
        )

    def _criteria(self) -> Iterator[CriterionFigures]:
        scored = [unit for unit in self.rating.units if unit.state is State.SCORED]
        for number, mean in self.rating.overall.criteria.items():
            yield CriterionFigures(
                id=number,
                name=self.book.criteria[number].name.of(VIETNAMESE),
                max=self.book.max_of(number),
                mean=mean,
                units=sum(unit.scores[number].value is not None for unit in scored),
            )

    def _unit(self, unit: UnitRating) -> UnitFigures:
        evidence, scores = unit.evidence, unit.scores.items()
        return UnitFigures(
            code=unit.code,
            name=evidence.name,
            level=evidence.level,
            block=evidence.block or "",
            state=unit.state.value,
            received=evidence.received,
            online=evidence.received_online,
            dossiers=evidence.dossiers,
            late=evidence.late,
            responses=evidence.responses,
            values={number: score.value for number, score in scores},
            own=_given({number: score.self_score for number, score in scores}),
            computed=_given({number: score.finding.points for number, score in scores}),
            appraised=_given({number: score.appraised for number, score in scores}),
            total=unit.total,
            reachable=unit.reachable,
            grade=None if unit.grade is None else unit.grade.id,
            few_responses=has_few_responses(self.book, unit),
            simulated=self.read.simulated_by_unit.get(unit.code, 0),
        )

    def _block(self, name: str, group: Group) -> BlockFigures:
        members = [unit for unit in self.rating.units if unit.evidence.block == name]
        states = Counter(unit.state.value for unit in members)
        grade = grade_of_mean(self.book, group.mean)
        return BlockFigures(
            id=name,
            name=self.phrases.block(name),
            units=group.units,
            scored=group.scored,
            mean=group.mean,
            grade=None if grade is None else grade.id,
            grades=dict(group.grades),
            states={state.value: states[state.value] for state in State},
            shares_of_all=dict(group.shares_of_all),
            shares_of_scored=dict(group.shares_of_scored),
            criteria={number: self._mean(members, number) for number in self.book.criteria},
        )

    def _mean(self, members: list[UnitRating], number: str) -> Number:
        """The mean of a criterion over the scored members that have it."""
        found = [unit.values.get(number) for unit in members if unit.state is State.SCORED]
        known = [value for value in found if value is not None]
        return self.book.round_mean(added(known) / len(known)) if known else None

    def _officials(self) -> OfficialFigures | None:
        rules = self.book.officials
        if rules is None or self.officials is None:
            return None
        counts = dict.fromkeys((band.id for band in rules.bands), 0)
        without = 0
        for (_, official), outcomes in self.officials.items():
            band = rate_official(self.book, official, outcomes).band
            if band is None:
                without += 1
            else:
                counts[band.id] += 1
        bands = tuple(map(_grade, rules.bands))
        return OfficialFigures(bands=bands, counts=counts, without=without)


def _rules(rating: Rating, period: Period) -> RuleFigures:
    book = rating.rulebook
    return RuleFigures(
        id=book.id,
        version=book.version,
        title=book.title.of(VIETNAMESE),
        source=book.source,
        checksum=book.checksum,
        full_marks=book.full_marks if book.has_total else None,
        weak_below=book.weak_below,
        printed=rating.overall.printed.value,
        local_decision=book.local_decision or "",
        compiled_by=book.compiled_by.of(VIETNAMESE) if book.compiled_by else "",
        basis_ended=book.basis_ended(period.end),
    )


def _grade(band: Band) -> GradeFigures:
    return GradeFigures(id=band.id, name=band.name.of(VIETNAMESE), points=band.points)


def _given(values: Mapping[str, Number]) -> dict[str, Decimal]:
    return {number: value for number, value in values.items() if value is not None}
