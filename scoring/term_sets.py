"""Named sets of terms: which answers count as favourable, or as dislikes, is a policy.

A term `set.NAME` in a ratio means every term that the chosen policies give to that name.
"""

from collections.abc import Iterable, Mapping

from scoring.metric import Metric, Ratio
from scoring.policies import Policy

TermSets = Mapping[str, tuple[str, ...]]
PREFIX = "set."


def sets_of(policies: Iterable[Policy]) -> dict[str, tuple[str, ...]]:
    """Name → terms, by the choices that were made."""
    found: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        found.update(policy.choices[policy.chosen].terms)
    return found


def expanded(metric: Metric, sets: TermSets) -> Metric:
    """The metric with the terms of its sets; an unknown set stays as it is written."""
    if not any(term.startswith(PREFIX) for ratio in metric.ratios for term in ratio.terms):
        return metric
    beside = None if metric.beside is None else _ratio(metric.beside, sets)
    evidence = tuple(_ratio(ratio, sets) for ratio in metric.evidence)
    return metric.model_copy(update={"evidence": evidence, "beside": beside})


def _ratio(ratio: Ratio, sets: TermSets) -> Ratio:
    parts = {name: _terms(getattr(ratio, name), sets) for name in _PARTS}
    return ratio.model_copy(update=parts)


_PARTS = ("numerator", "minus", "denominator")


def _terms(terms: Iterable[str], sets: TermSets) -> tuple[str, ...]:
    found = (sets.get(term.removeprefix(PREFIX), (term,)) for term in terms if term)
    listed = [
        one if term.startswith(PREFIX) else (term,) for term, one in zip(terms, found, strict=True)
    ]
    return tuple(dict.fromkeys(term for some in listed for term in some))
