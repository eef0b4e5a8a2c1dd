"""Outcomes by the names that rulebooks write, or by the words that officers read."""

from admin.verifying.dossier_phrases import DossierPhrases
from surveys.criteria import CRITERIA
from surveys.errors import Refusal
from surveys.spelling import fold


def outcome_code(criterion: str, name: str) -> int:
    """The code of an outcome's name."""
    return CRITERIA[criterion].outcome_codes[name]


def find_outcome(phrases: DossierPhrases, criterion: str, written: str) -> int:
    """The code of an outcome by its name or its words; case, accents and signs make no difference.

    Raises Refusal `verify.unknown_criterion` or `verify.unknown_outcome`.
    """
    if criterion not in CRITERIA:
        raise Refusal("verify.unknown_criterion", criterion=criterion, known=", ".join(CRITERIA))
    codes = CRITERIA[criterion].outcome_codes
    key = fold(written)
    for name, code in codes.items():
        if key in {fold(name), fold(phrases.outcome(criterion, name))}:
            return code
    known = ", ".join(f"{name} ({phrases.outcome(criterion, name)})" for name in codes)
    raise Refusal("verify.unknown_outcome", criterion=criterion, outcome=written, known=known)
