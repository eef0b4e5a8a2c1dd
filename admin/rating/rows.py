"""A rating as JSON and as flat rows.

The documented keys keep their shapes; everything else the terminal shows is in further keys at the
top level.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from admin.closing.mark import marked_json
from admin.kit.percent import share
from admin.rating import compared
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import PastPeriod, RatingResult
from scoring.aggregates import Group, grade_of_mean
from scoring.unit_rating import Score, UnitRating

UNIT_KEYS = ("code", "name", "level", "block", "state", "received", "dossiers", "responses")
END_KEYS = ("scored_criteria", "reachable", "total", "grade")


def as_json(result: RatingResult, phrases: RatingPhrases) -> dict[str, Any]:
    """The documented shape and, in further keys, everything else the terminal shows."""
    found = _contract(result, phrases.language)
    found |= marked_json(result.mark)
    found |= {
        "rulebook_details": _rulebook(result, phrases),
        "totals": asdict(result.totals),
        "shares": {name: _shares(group) for name, group in result.rating.blocks.items()},
        "scores": dict(_given_scores(result)),
        "attention": asdict(result.attention),
        "rescheduled": [asdict(one) for one in result.rescheduled],
        "grades_of_means": _grades_of_means(result),
        "policies": [asdict(policy) for policy in result.policies(phrases.language)],
        "names": phrases.names(tuple(result.rating.blocks)),
    }
    if result.past is not None:
        found["compared"] = compared.as_json(result.past)
    return found


def _contract(result: RatingResult, language: str) -> dict[str, Any]:
    """The documented keys; with simulated responses, their number, in total and by unit."""
    found = result.rating.as_json(result.period.as_json(), language)
    if result.read.simulated:
        found["simulated"] = result.read.simulated
        for unit in found["units"]:
            unit["simulated"] = result.read.simulated_by_unit.get(unit["code"], 0)
    if result.weights:
        found["overall"] |= {
            "weighted_by_block": None if result.weighted is None else str(result.weighted),
            "weights": {block: str(weight) for block, weight in result.weights.items()},
        }
    return found


def _rulebook(result: RatingResult, phrases: RatingPhrases) -> dict[str, Any]:
    rulebook = result.rulebook
    return {
        "version": rulebook.version,
        "has_total": rulebook.has_total,
        "title": rulebook.title.of(phrases.language),
        "in_force": result.in_force,
        "basis": rulebook.basis.act if rulebook.basis else None,
        "local_decision": rulebook.local_decision,
        "compiled_by": rulebook.compiled_by.of(phrases.language) if rulebook.compiled_by else None,
    }


def _grades_of_means(result: RatingResult) -> dict[str, dict[str, str | None]]:
    """The ids of the grades that the blocks' means and the overall figures earn."""
    blocks = {name: group.mean for name, group in result.rating.blocks.items()}
    means = {"blocks": blocks, "overall": result.aggregates}
    return {
        kind: {name: _grade(result, mean) for name, mean in named.items()}
        for kind, named in means.items()
    }


def _grade(result: RatingResult, mean: Decimal | None) -> str | None:
    band = grade_of_mean(result.rulebook, mean)
    return band.id if band else None


def _shares(group: Group) -> dict[str, Any]:
    """Percentages with one decimal; the documented shares have the rulebook's digits."""
    return {
        "of_all": {grade: share(count, group.units) for grade, count in group.grades.items()},
        "of_scored": {grade: share(count, group.scored) for grade, count in group.grades.items()},
    }


def _given_scores(result: RatingResult) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scores given by people and the computed ones: unit → criterion → three points."""
    for unit in result.rating.units:
        given = {number: _score(score) for number, score in unit.scores.items() if _given(score)}
        if given:
            yield unit.code, given


def _given(score: Score) -> bool:
    return score.appraised is not None or score.self_score is not None


def _score(score: Score) -> dict[str, Any]:
    return {
        "self": score.self_score,
        "computed": score.finding.points,
        "appraised": score.appraised,
    }


def flat(result: RatingResult) -> tuple[list[dict[str, Any]], list[str]]:
    """One row per unit, its criteria as columns `cs1` …; returns the rows and their keys.

    Metrics add their denominators as `cs…_n`, groups their points as `group_…`. A comparison with
    earlier periods adds `total_<period>` and `change_<period>` at the end, and a row for each unit
    that existed only then.
    """
    found = _contract(result, "vi")
    rows = [_row(unit) for unit in found["units"]]
    criteria = [f"cs{number}" for number in found["overall"]["criteria"]]
    simulated = ["simulated"] if "simulated" in found else []
    groups = [f"group_{name}" for name in result.rulebook.groups]
    counts = [f"cs{number}_n" for number in found["overall"].get("shares", ())]
    keys = [*UNIT_KEYS, *simulated, *criteria, *groups, *END_KEYS, *counts]
    for past in result.past or ():
        keys += _add_past(rows, past)
    if result.mark is not None:
        rows = [row | {"signed": result.mark.column} for row in rows]
        keys.append("signed")
    return rows, keys


def _add_past(rows: list[dict[str, Any]], past: PastPeriod) -> list[str]:
    """Add the columns of an earlier period; their keys."""
    keys = [f"total_{past.period.id}", f"change_{past.period.id}"]
    by_code = {row["code"]: row for row in rows}
    for unit in past.comparison.units:
        row = by_code.get(unit.code)
        if row is None and unit.before is not None:
            row = _gone(unit.before)
            rows.append(row)
        if row is not None:
            row |= dict(zip(keys, (unit.total.before, unit.total.difference), strict=True))
    return keys


def _gone(unit: UnitRating) -> dict[str, Any]:
    evidence = unit.evidence
    known = {"code": unit.code, "name": evidence.name, "level": evidence.level}
    return known | {"block": evidence.block}


def _row(unit: Mapping[str, Any]) -> dict[str, Any]:
    scores = unit["criteria"].items()
    points = {f"cs{number}": score and _value(score) for number, score in scores}
    counts = {f"cs{number}_n": score and score["n"] for number, score in scores}
    groups = {f"group_{name}": one["points"] for name, one in unit.get("groups", {}).items()}
    kept = {key: value for key, value in unit.items() if key not in {"criteria", "groups"}}
    return {**kept, **points, **groups, **counts}


def _value(score: Mapping[str, Any]) -> str | None:
    """The points, or the percentage of a criterion without points."""
    value: str | None = score["points"] or score.get("share")
    return value
