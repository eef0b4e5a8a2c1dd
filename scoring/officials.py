"""The part of the circular that rates officials (Điều 15 khoản 3 điểm a): criteria 1, 2, 3, 4, 7.

Only for dossiers whose official is known. Who may see it is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring.bands import Band, Officials
from scoring.criteria import Finding, mean_of_dossiers
from scoring.errors import Refusal
from scoring.law import Rulebook
from scoring.rounding import added


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialRating:
    """One official: findings by criterion, total of at most `reachable`, completion band.

    `total` is None where nothing is known; a criterion without evidence is left out of it. `band`
    is None below the policy `officials_minimum`: missing evidence is not work left undone.
    `dossiers` is the largest number of dossiers with evidence for one criterion.
    """

    official: str
    findings: Mapping[str, Finding]
    dossiers: int
    reachable: Decimal
    total: Decimal | None
    band: Band | None


def officials_of(rulebook: Rulebook) -> Officials:
    """The rules for officials. Raises Refusal `rulebooks.no_officials` where there are none."""
    if rulebook.officials is None:
        raise Refusal("rulebooks.no_officials", rulebook=rulebook.id)
    return rulebook.officials


def rate_official(
    rulebook: Rulebook, official: str, outcomes: Mapping[str, Mapping[str, int]]
) -> OfficialRating:
    """Rate an official from criterion → outcome → number of his or her dossiers.

    Raises Refusal `rulebooks.unknown_outcome`, or `rulebooks.no_officials` where the rulebook
    does not rate officials.
    """
    rules = officials_of(rulebook)
    findings = {
        number: mean_of_dossiers(rulebook, number, outcomes.get(number, {}))
        for number in rules.criteria
    }
    points = [finding.points for finding in findings.values() if finding.points is not None]
    total = added(points) if points else None
    enough = len(points) >= rulebook.officials_minimum
    return OfficialRating(
        official=official,
        findings=findings,
        dossiers=max((finding.n or 0 for finding in findings.values()), default=0),
        reachable=added(
            rulebook.most(n) for n, found in findings.items() if found.points is not None
        ),
        total=total,
        band=None if total is None or not enough else rules.of(total),
    )
