"""Units for the tests of `scoring`, made with few words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.evidence import UnitEvidence
from scoring.law import Rulebook
from scoring.rulebook import find_rulebook


def tt01(**chosen: str) -> Rulebook:
    """tt01-2018, with policies set otherwise by name."""
    rulebook = find_rulebook("tt01-2018")
    if not chosen:
        return rulebook
    changed = {
        name: getattr(rulebook.policies, name).model_copy(update={"chosen": choice})
        for name, choice in chosen.items()
    }
    policies = rulebook.policies.model_copy(update=changed)
    return Rulebook(**{**dict(rulebook), "policies": policies})


def unit(code: str = "X01", **given: Any) -> UnitEvidence:  # noqa: ANN401 - any field
    """A commune with ten dossiers and one response, unless said otherwise."""
    standard: Mapping[str, Any] = {
        "name": f"Đơn vị {code}",
        "level": "xa",
        "received": 10,
        "dossiers": 10,
        "responses": 1,
    }
    return UnitEvidence(code=code, **{**standard, **given})


def points(**given: str) -> dict[str, Decimal]:
    """Points by criterion: `points(c1="1.4")`."""
    return {name.removeprefix("c"): Decimal(value) for name, value in given.items()}


def all_points(*values: str) -> dict[str, Decimal]:
    """Points of the criteria 1, 2, 3 … in turn."""
    return {str(number): Decimal(value) for number, value in enumerate(values, start=1)}
