"""Tests of `scoring.confidence`."""

from decimal import Decimal
from math import comb

import pytest

from scoring.confidence import Confidence, Trust, of_finding
from scoring.criteria import Finding, mean_of_dossiers
from tests.unit.scoring.district import tt01


def finding(**counts: int) -> Finding:
    return mean_of_dossiers(tt01(), "3", counts)


def of_share(count: int, answers: int, population: int | None = None) -> Confidence:
    """`count` of the answers are worth full points, the others none; the interval as a share."""
    made = known(of_finding(tt01(), finding(none=count, many=answers - count), population))
    return Confidence(low=made.low / 2, high=made.high / 2, trust=made.trust)


def known(confidence: Confidence | None) -> Confidence:
    assert confidence is not None
    return confidence


@pytest.mark.parametrize(
    ("count", "answers", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilson_as_published(count: int, answers: int, low: str, high: str) -> None:
    """The interval is Wilson's score interval, as Newcombe (1998) tabulates it."""
    made = of_share(count, answers)
    assert abs(made.low - Decimal(low)) < Decimal("0.0001")
    assert abs(made.high - Decimal(high)) < Decimal("0.0001")


def test_the_interval_is_told_in_points_to_four_decimals() -> None:
    """81 of 263 with full points: 0.2553 and 0.3662 of 2 points, rounded once, at the end."""
    made = known(of_finding(tt01(), finding(none=81, many=182)))
    assert (str(made.low), str(made.high)) == ("0.5106", "0.7324")


def test_no_answers_no_interval() -> None:
    """Of nothing there is no interval; of a criterion scored by unit neither."""
    assert of_finding(tt01(), finding()) is None
    unit_criterion = Finding(criterion="5", source="x", points=Decimal(2))
    assert of_finding(tt01(), unit_criterion) is None


def test_everybody_answered() -> None:
    """Where every dossier was answered for, the interval is the value itself."""
    made = of_share(3, 4, population=4)
    assert (made.low, made.high, made.trust) == (Decimal("0.75"), Decimal("0.75"), Trust.ENOUGH)
    assert of_share(3, 4, population=3).low == Decimal("0.75")


def test_finite_population_narrows() -> None:
    """The larger the part that answered, the narrower the interval."""
    widths = [
        made.high - made.low for made in (of_share(15, 30, p) for p in (None, 10000, 100, 40, 31))
    ]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == len(widths)


def test_finite_population_is_like_a_larger_sample() -> None:
    """30 of 59 tell as much as 60 of an endless many: n (N − 1) / (N − n) = 60."""
    assert of_share(15, 30, population=59) == of_share(30, 60)


def test_mean_of_a_finite_population() -> None:
    """A mean over every dossier there was is certain."""
    made = known(of_finding(tt01(), finding(none=3, many=1), population=4))
    assert (made.low, made.high) == (Decimal("1.5"), Decimal("1.5"))


def test_points_in_between_count_as_their_part() -> None:
    """Ten dossiers with 1 point of 2 are as unsure as five of ten with full points."""
    between = of_finding(tt01(), finding(once=10), 50)
    extremes = of_finding(tt01(), finding(none=5, many=5), 50)
    assert between == extremes


def test_dossiers_left_out_do_not_count() -> None:
    """Dossiers without points are no answers."""
    assert of_finding(tt01(), finding(none=5, missing=95)) == of_finding(tt01(), finding(none=5))


@pytest.mark.parametrize(
    ("count", "answers", "trust", "vi"),
    [
        (5, 5, Trust.FEW, "ít phiếu, chỉ tham khảo"),
        (200, 400, Trust.ENOUGH, "đủ phiếu"),
    ],
)
def test_plain_word(count: int, answers: int, trust: Trust, vi: str) -> None:
    """An interval wider than a fifth of its scale is only an indication, and says so."""
    made = of_share(count, answers)
    assert (made.trust, made.word()) == (trust, vi)
    assert made.word("en").endswith("answers") == (trust is Trust.ENOUGH)


def test_the_widest_interval_is_the_rulebooks() -> None:
    """A rulebook that asks for more certainty trusts the same answers less."""
    counted = finding(none=200, many=200)
    assert known(of_finding(tt01(), counted)).trust is Trust.ENOUGH
    assert known(of_finding(tt01(widest_interval="0.1"), counted)).trust is Trust.ENOUGH
    few = finding(none=47, many=47)
    assert known(of_finding(tt01(widest_interval="0.1"), few)).trust is Trust.FEW


def test_trust_is_judged_on_the_scale_of_points() -> None:
    """A mean of points is as trustworthy as the share it represents."""
    assert known(of_finding(tt01(), finding(none=46, many=46))).trust is Trust.FEW
    assert known(of_finding(tt01(), finding(none=47, many=47))).trust is Trust.ENOUGH


@pytest.mark.parametrize("share", [Decimal("0.1"), Decimal("0.3"), Decimal("0.5"), Decimal("0.8")])
def test_coverage(share: Decimal) -> None:
    """Over all samples of 40, the interval holds the true share in at least 92 of 100."""
    n = 40
    covered = Decimal(0)
    for count in range(n + 1):
        made = of_share(count, n)
        if made.low <= share <= made.high:
            covered += comb(n, count) * share**count * (1 - share) ** (n - count)
    assert covered >= Decimal("0.92")
