"""Explains a unit's grade, as data: unit, criterion, dossiers, answer or date or decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from admin.closing.mark import Mark
from scoring import confidence
from scoring.confidence import Confidence
from scoring.criteria import parts_of
from scoring.explain import Explanation, explain_criterion, explain_unit
from scoring.law import Rulebook
from scoring.rounding import added
from scoring.unit_rating import Score, UnitRating
from surveys.criteria import FROM_CITIZENS, outcomes
from surveys.outcomes import DossierRecord
from surveys.period import Period
from surveys.store.results.dossier_records import Known
from surveys.store.results.verifications import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPart:
    """The dossiers with the same outcome; `points` None: excluded from the mean."""

    outcome: str
    count: int
    points: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCriterion:
    """How a criterion got its points, or why it has none.

    Criteria of dossiers have `parts`, their `sum` and `n`; criteria of the whole unit have the
    `case` of the circular that applies, the `facts` compared and the names of the unknown
    facts. `measure` is the share of a metric with its counts. `confidence` is None if all citizens
    answered or none was asked.
    """

    criterion: str
    points: Decimal | None
    computed: Decimal | None
    appraised: Decimal | None
    self_score: Decimal | None
    n: int | None
    parts: tuple[ExplainedPart, ...]
    sum: Decimal | None
    case: str | None
    facts: Mapping[str, Decimal | str]
    missing_facts: tuple[str, ...]
    confidence: Confidence | None
    measure: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPage:
    """One page of the dossiers of a criterion; its first dossier is number `first`.

    `whole` is the number on all pages. Codes are masked unless `open_codes`; `nameless`: no codes,
    days, decisions, and nothing at all of few dossiers.
    """

    criterion: str
    known: tuple[Known, ...]
    decisions: Mapping[tuple[int, str], Decision]
    first: int
    whole: int
    open_codes: bool
    signed: Mapping[int, int] = field(default_factory=dict)
    """Of a closed period: the codes of the outcomes that were signed, by dossier."""
    nameless: bool = False

    @property
    def last(self) -> int:
        """The number of the last dossier on this page."""
        return self.first + len(self.known) - 1

    @property
    def next_page(self) -> int | None:
        """The next page; None on the last one."""
        return self.last // max(len(self.known), 1) + 1 if self.last < self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainResult:
    """The explanation of a unit in a period; with a criterion, of that one and its dossiers."""

    rulebook: Rulebook
    period: Period
    unit: UnitRating
    criterion: ExplainedCriterion | None = None
    dossiers: DossierPage | None = None
    mark: Mark | None = None

    def explanation(self, language: str) -> Explanation:
        """The explanation in words: one sentence, and the lines that support it."""
        if self.criterion is None:
            return explain_unit(self.rulebook, self.unit, language)
        number = self.criterion.criterion
        return explain_criterion(self.rulebook, number, self.unit.scores[number], language)


def explained_criterion(rulebook: Rulebook, unit: UnitRating, number: str) -> ExplainedCriterion:
    """The figures from which one criterion of a unit is computed."""
    score = unit.scores[number]
    parts = _parts(rulebook, score)
    case = score.finding.case
    return ExplainedCriterion(
        criterion=number,
        points=score.points,
        computed=score.finding.points,
        appraised=score.appraised,
        self_score=score.self_score,
        n=score.finding.n,
        parts=parts,
        sum=added(part.points * part.count for part in parts if part.points is not None)
        if score.finding.n and score.finding.measure is None
        else None,
        case=case.outcome if case else None,
        facts=dict(case.values) if case else {},
        missing_facts=tuple(case.missing) if case else (),
        confidence=_confidence(rulebook, unit, number),
        measure=_measure(score),
    )


def shuffled(criterion: str, known: Iterable[Known]) -> list[Known]:
    """Ordered by what they show and what was answered, which tells nothing of when or who."""
    return sorted(known, key=lambda one: _shown(criterion, one.record))


def _shown(criterion: str, record: DossierRecord) -> tuple[int, list[tuple[str, str]]]:
    said = [(one.question, one.option or "") for one in record.answers]
    return int(outcomes(record).of(criterion)), sorted(said)


def _measure(score: Score) -> Mapping[str, object] | None:
    """The JSON of a metric's share with the counts it is made of."""
    found = score.finding.measure
    if found is None:
        return None
    counts = {"terms": dict(found.terms), "missing": list(found.missing)}
    return (score.as_json() or {}) | counts | {"beside_terms": dict(found.beside_terms)}


def _parts(rulebook: Rulebook, score: Score) -> tuple[ExplainedPart, ...]:
    return tuple(
        ExplainedPart(outcome=part.outcome, count=part.count, points=part.points)
        for part in parts_of(rulebook, score.finding)
    )


def _confidence(rulebook: Rulebook, unit: UnitRating, number: str) -> Confidence | None:
    """The confidence of a mean of citizens' answers, if not all of them answered."""
    if number not in FROM_CITIZENS:
        return None
    measured = unit.evidence.seen_as(rulebook.measures(number))
    return confidence.of_finding(rulebook, unit.scores[number].finding, measured.dossiers)
