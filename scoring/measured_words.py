"""A metric in words: the counts of the share, the rule, the interval, the rank."""

from collections.abc import Iterator
from decimal import Decimal

from scoring.law import Rulebook
from scoring.measures import Measure
from scoring.metric import Metric
from scoring.rounding import plain
from scoring.texts import say
from scoring.unit_rating import Score
from scoring.words import percent, term_words


def measured(rulebook: Rulebook, number: str, score: Score, language: str) -> Iterator[str]:
    """The lines that support the share of a metric and its points."""
    metric, found = rulebook.metric_of(number), score.finding.measure
    if metric is None or found is None:
        return
    yield from _counts(rulebook, found, language)
    if metric.gives_points and score.percent is not None:
        yield from rule_words(rulebook, number, language)
    if found.denominator == 0:
        yield say("explain", "empty", language, points=metric.empty)
    if found.low is not None:
        yield say("explain", "interval", language, low=percent(found.low), high=percent(found.high))
    if score.rank is not None:
        yield say("explain", "rank", language, rank=score.rank)
    yield from _beside(rulebook, found, language)


def rule_words(rulebook: Rulebook, number: str, language: str) -> Iterator[str]:
    """How the share of a metric becomes points."""
    metric, most = rulebook.criteria[number].metric, rulebook.max_of(number)
    if metric is None:
        return
    params = {"max": most and Decimal(plain(most)), "full_at": percent(metric.full_at)}
    yield say("explain", f"rule_{metric.rule.value}", language, **params)
    yield from _bands(metric, language)


def _bands(metric: Metric, language: str) -> Iterator[str]:
    for band in metric.bands:
        share = percent(band.share)
        yield say("explain", "share_band", language, share=share, points=band.points)


def _counts(rulebook: Rulebook, found: Measure, language: str) -> Iterator[str]:
    for term, count in found.terms.items():
        named = term_words(rulebook, term, language)
        yield say("explain", "fact", language, fact=named, value=Decimal(plain(count)))
    for term in found.missing:
        yield say("explain", "fact_missing", language, fact=term_words(rulebook, term, language))
    if found.numerator is not None and found.share is not None and found.denominator is not None:
        params = {
            "numerator": Decimal(plain(found.numerator)),
            "denominator": Decimal(plain(found.denominator)),
        }
        yield say("explain", "share", language, **params, share=percent(found.share))


def _beside(rulebook: Rulebook, found: Measure, language: str) -> Iterator[str]:
    """The share by our own dossiers, by how much it differs, and its counts."""
    if found.beside is None:
        return
    own = percent(found.beside)
    if found.share is None:
        yield say("explain", "beside", language, own=own)
    else:
        difference = 100 * (found.beside - found.share)
        shown = Decimal(plain(difference.quantize(Decimal("0.01"))))
        yield say("explain", "beside_difference", language, own=own, difference=shown)
    for term, count in found.beside_terms.items():
        named = term_words(rulebook, term, language)
        yield say("explain", "beside_fact", language, fact=named, value=Decimal(plain(count)))
