"""Outcomes by the names that rulebooks and officers write."""

from surveys.criteria import CRITERIA
from surveys.errors import Refusal


def outcome_code(criterion: str, name: str) -> int:
    """The code of an outcome's name.

    Raises Refusal `verify.unknown_criterion` or `verify.unknown_outcome`.
    """
    if criterion not in CRITERIA:
        raise Refusal("verify.unknown_criterion", criterion=criterion, known=", ".join(CRITERIA))
    known = CRITERIA[criterion].outcome_codes
    if name.lower() not in known:
        params = {"criterion": criterion, "outcome": name, "known": ", ".join(known)}
        raise Refusal("verify.unknown_outcome", **params)
    return known[name.lower()]
