"""From a grade back to its reasons, in words: unit, criterion, cases, facts, policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scoring.criteria import Case, Finding, Part, parts_of
from scoring.law import Rulebook
from scoring.measured_words import measured
from scoring.policies import Policy
from scoring.rounding import added, plain, rounded
from scoring.supported import MISSING
from scoring.texts import Percent, say
from scoring.unit_rating import Score, UnitRating
from scoring.words import state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One sentence, and the lines that support it."""

    sentence: str
    because: tuple[str, ...] = ()


def explain_unit(rulebook: Rulebook, unit: UnitRating, language: str = "vi") -> Explanation:
    """Why the unit has its grade or state; its lines are the sentences of the criteria."""
    criteria = (
        explain_criterion(rulebook, number, score, language).sentence
        for number, score in unit.scores.items()
    )
    return Explanation(sentence=_unit_sentence(rulebook, unit, language), because=tuple(criteria))


def explain_criterion(
    rulebook: Rulebook, number: str, score: Score, language: str = "vi"
) -> Explanation:
    """Why a criterion has its points, or none."""
    criterion = rulebook.criteria[number]
    params = {"criterion": number, "name": criterion.name, "source": criterion.source}
    key, values = _criterion_key(score)
    sentence = say("explain", key, language, **params, **values)
    lines = [
        *_people(score, language),
        *_parts(rulebook, score.finding, language),
        *measured(rulebook, number, score, language),
        *_case(rulebook, number, score.finding.case, language),
        *_policies(rulebook, score.finding, language),
    ]
    return Explanation(sentence=sentence, because=tuple(lines))


def _unit_sentence(rulebook: Rulebook, unit: UnitRating, language: str) -> str:
    evidence = unit.evidence
    if unit.total is not None and unit.grade is None:
        return _ungraded_sentence(unit, language)
    if unit.grade is None or rulebook.grades is None:
        return say(
            "explain",
            "unit_other",
            language,
            unit=evidence.name,
            state=state_words(rulebook, unit.state, language),
            received=evidence.received,
            dossiers=evidence.dossiers,
            responses=evidence.responses,
        )
    scaled = rulebook.policies.choice("missing_criteria", "") == "scale_thresholds"
    return say(
        "explain",
        "unit_scaled" if scaled else "unit_scored",
        language,
        unit=evidence.name,
        total=unit.total,
        reachable=unit.reachable,
        scored=len(unit.points),
        criteria=len(unit.scores),
        grade=unit.grade.name,
        limit=unit.grade.points,
        source=rulebook.grades.source,
    )


def _ungraded_sentence(unit: UnitRating, language: str) -> str:
    """The total of a rulebook without grades."""
    return say(
        "explain",
        "unit_ungraded",
        language,
        unit=unit.evidence.name,
        total=unit.total,
        reachable=Decimal(plain(unit.reachable)),
        scored=len(unit.values),
        criteria=len(unit.scores),
    )


def _criterion_key(score: Score) -> tuple[str, dict[str, object]]:
    """Points where there are any, else the share, else nothing known."""
    if score.points is not None:
        return "criterion", {"points": score.points}
    if score.percent is not None:
        return "criterion_share", {"share": Percent(score.percent)}
    return "criterion_missing", {}


def _people(score: Score, language: str) -> Iterator[str]:
    if score.appraised is not None:
        computed = score.finding.points
        yield say("explain", "appraised", language, appraised=score.appraised, computed=computed)
    if score.self_score is not None:
        yield say("explain", "self_score", language, self_score=score.self_score)


def _parts(rulebook: Rulebook, finding: Finding, language: str) -> Iterator[str]:
    parts = parts_of(rulebook, finding)
    for part in parts:
        yield _part(rulebook, finding.criterion, part, language)
    if finding.n and finding.points is not None and finding.measure is None:
        rounding = rulebook.policies.rounding
        yield say(
            "explain",
            "mean",
            language,
            sum=added(p.points * p.count for p in parts if p.points is not None),
            n=finding.n,
            points=finding.points,
            rounding=rounding.choices[rounding.chosen].text,
        )


def _part(rulebook: Rulebook, criterion: str, part: Part, language: str) -> str:
    if part.outcome == MISSING:
        return say("explain", "part_missing", language, count=part.count)
    outcome = rulebook.criteria[criterion].outcomes[part.outcome].text
    key = "part_left_out" if part.points is None else "part"
    return say("explain", key, language, outcome=outcome, count=part.count, points=part.points)


def _case(rulebook: Rulebook, number: str, case: Case | None, language: str) -> Iterator[str]:
    if case is None:
        return
    if case.outcome is not None:
        outcome = rulebook.criteria[number].outcomes[case.outcome].text
        yield say("explain", "case", language, outcome=outcome)
    for name, value in case.values.items():
        shown = _shown(rulebook, number, name, value)
        yield say("explain", "fact", language, fact=say("facts", name, language), value=shown)
    for name in case.missing:
        yield say("explain", "fact_missing", language, fact=say("facts", name, language))


def _shown(rulebook: Rulebook, number: str, name: str, value: Decimal | str) -> object:
    if not isinstance(value, Decimal):
        return rulebook.criteria[number].outcomes[value].text
    if is_share(name):
        return Percent(plain(rounded(100 * value, 2)))
    return Decimal(plain(rounded(value, 4)))


def is_share(name: str) -> bool:
    """Whether a fact or limit of this name is a share from 0 to 1."""
    return "share" in name.split("_")


def _policies(rulebook: Rulebook, finding: Finding, language: str) -> Iterator[str]:
    """The open questions whose answer this finding depends on."""
    outcomes = {outcome for outcome, count in finding.counts.items() if count}
    if finding.case is not None and finding.case.outcome is not None:
        outcomes.add(finding.case.outcome)
    for _, policy in rulebook.policies.named():
        if _decides(policy, finding.criterion, outcomes):
            choice = policy.choices[policy.chosen].text
            params = {"title": policy.title, "choice": choice, "source": policy.source}
            yield say("explain", "policy", language, **params)


def _decides(policy: Policy, criterion: str, outcomes: set[str]) -> bool:
    return bool(outcomes.intersection(policy.choices[policy.chosen].points.get(criterion, {})))
