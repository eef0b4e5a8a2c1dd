"""From the counts of a unit to the share and the points of a metric."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scoring.evidence import UnitEvidence
from scoring.interval import wilson
from scoring.law import Rulebook
from scoring.metric import Metric, MetricRule, Ratio
from scoring.rounding import added


class Measure(NamedTuple):
    """A share 0–1 with what it was made of.

    `share` None: a fact is missing, or the denominator is 0. `numerator` and `denominator` are
    None where the share itself was given. `terms` are the counts by name, `missing` the facts
    nobody gave. `low` and `high` bound a share that rests on answers. `beside`: the share by our
    own dossiers, `beside_terms` its counts.
    """

    share: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    terms: Mapping[str, Decimal] = MappingProxyType({})
    missing: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    beside: Decimal | None = None
    beside_terms: Mapping[str, Decimal] = MappingProxyType({})

    @property
    def n(self) -> int | None:
        """The denominator, a number of dossiers, responses or other things counted."""
        return None if self.denominator is None else int(self.denominator)


def measure(metric: Metric, unit: UnitEvidence) -> Measure:
    """The share of a unit: by the first ratio whose facts are all known."""
    found = [_measure(ratio, unit) for ratio in metric.evidence]
    chosen = next((one for one in found if not one.missing), found[0])
    if metric.interval and chosen.share is not None and chosen.n:
        low, high = wilson(chosen.share, chosen.n, max(unit.dossiers, chosen.n))
        chosen = chosen._replace(low=low, high=high)
    if metric.beside is None:
        return chosen
    own = _measure(metric.beside, unit)
    return chosen._replace(beside=own.share, beside_terms=own.terms)


def pooled(measures: Iterable[Measure], population: int) -> Measure:
    """All units taken together: numerators and denominators added up.

    `population` are their dossiers. Without a share where a unit's share was given as such.
    """
    known = [one for one in measures if one.share is not None]
    tops = [one.numerator for one in known if one.numerator is not None]
    bottoms = [one.denominator for one in known if one.denominator is not None]
    top, bottom = added(tops), added(bottoms)
    if not bottom or len(bottoms) < len(known):
        return Measure()
    share = top / bottom
    whole = Measure(share=share, numerator=top, denominator=bottom)
    if all(one.low is None for one in known):
        return whole
    low, high = wilson(share, int(bottom), max(population, int(bottom)))
    return whole._replace(low=low, high=high)


def points_of(rulebook: Rulebook, criterion: str, found: Measure) -> Decimal | None:
    """What a share is worth, before rounding; None: no points, or no evidence."""
    metric, most = rulebook.criteria[criterion].metric, rulebook.max_of(criterion)
    if metric is None or not metric.gives_points or most is None:
        return None
    if found.share is None:
        return metric.empty if found.denominator == 0 else None
    if metric.rule is MetricRule.GIVEN:
        return min(found.share, most)
    share = rulebook.round_ratio(found.share)
    if metric.rule is MetricRule.BANDS:
        return next(band.points for band in metric.bands if share >= band.share)
    return most * min(Decimal(1), share / metric.full_at)


def _measure(ratio: Ratio, unit: UnitEvidence) -> Measure:
    if ratio.value is not None:
        value = unit.number(ratio.value)
        return Measure(share=value, missing=() if value is not None else (ratio.value,))
    counts = {term: unit.count(term) for term in ratio.terms}
    known = {term: count for term, count in counts.items() if count is not None}
    missing = tuple(term for term, count in counts.items() if count is None)
    if missing:
        return Measure(terms=known, missing=missing)
    top = added(known[t] for t in ratio.numerator) - added(known[t] for t in ratio.minus)
    bottom = added(known[t] for t in ratio.denominator)
    top = max(top, Decimal(0))
    share = min(top / bottom, Decimal(1)) if bottom else None
    return Measure(share=share, numerator=top, denominator=bottom, terms=known)
