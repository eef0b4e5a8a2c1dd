"""A rating as JSON and as flat rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from admin.rating.unit_evidence import PeriodEvidence
from admin.rating.weights import BlockWeights
from scoring.rating import Rating

UNIT_KEYS = ("code", "name", "level", "block", "state", "received", "dossiers", "responses")
END_KEYS = ("scored_criteria", "reachable", "total", "grade")


def as_json(rating: Rating, read: PeriodEvidence, language: str) -> dict[str, Any]:
    """The contract's shape; where responses were simulated, how many, in all and by unit."""
    found = rating.as_json(read.period.as_json(), language)
    if read.simulated:
        found["simulated"] = read.simulated
        for unit in found["units"]:
            unit["simulated"] = read.simulated_by_unit.get(unit["code"], 0)
    return found


def with_weights(
    found: dict[str, Any], weights: BlockWeights, mean: Decimal | None
) -> dict[str, Any]:
    """The same with the mean by block weights beside the other aggregates."""
    named = {
        "weighted_by_block": None if mean is None else str(mean),
        "weights": {block: str(weight) for block, weight in weights.items()},
    }
    return found | {"overall": found["overall"] | named}


def flat(found: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """One row a unit, its criteria as columns `cs1` …; the rows and their keys."""
    rows = [_row(unit) for unit in found["units"]]
    criteria = [f"cs{number}" for number in found["overall"]["criteria"]]
    simulated = ["simulated"] if "simulated" in found else []
    return rows, [*UNIT_KEYS, *simulated, *criteria, *END_KEYS]


def _row(unit: Mapping[str, Any]) -> dict[str, Any]:
    points = {
        f"cs{number}": score and score["points"] for number, score in unit["criteria"].items()
    }
    return {**{key: value for key, value in unit.items() if key != "criteria"}, **points}
