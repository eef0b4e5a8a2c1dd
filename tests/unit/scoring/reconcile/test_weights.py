"""What would make a total the mean of two blocks."""

from decimal import Decimal

import pytest

from scoring.reconcile.terms import Term
from scoring.reconcile.weights import explain_total

FOUR = Term(name="Khối phòng", value=Decimal("15.0"), weight=Decimal(4), step=Decimal("0.1"))
TWO = Term(name="Khối xã", value=Decimal("12.0"), weight=Decimal(2), step=Decimal("0.1"))


def counted(stated: str) -> list[object]:
    """How many units of a block the total seems to count."""
    reasons = explain_total((FOUR, TWO), Decimal(stated))
    return [one.params["counted"] for one in reasons if "counted" in one.params]


@pytest.mark.parametrize("stated", ["15.0", "12.0", "15.1", "11.9"])
def test_no_weights_give_a_mean_that_is_not_between_the_blocks(stated: str) -> None:
    """15 and 12 make nothing but what lies between them."""
    assert explain_total((FOUR, TWO), Decimal(stated)) == ()


def test_two_blocks_are_explained_not_three() -> None:
    """With three blocks too much would explain anything."""
    assert explain_total((FOUR, TWO, TWO), Decimal("13.0")) == ()


@pytest.mark.parametrize(
    ("stated", "units"), [("13.8", [3]), ("13.0", [1]), ("13.6", []), ("14.0", []), ("14.4", [1])]
)
def test_units_left_out_explain_a_mean_only_as_exactly_as_it_is_printed(
    stated: str, units: list[int]
) -> None:
    """15 for three and 12 for two units are 13,8; for 13,6 no whole number of units does it."""
    assert counted(stated) == units


@pytest.mark.parametrize(
    ("stated", "low", "high"), [("12.1", 0, "0.0667"), ("14.5", "0.8", "0.8667")]
)
def test_a_share_of_the_blocks_is_told_as_far_as_rounding_leaves_it_open(
    stated: str, low: object, high: object
) -> None:
    """A share is never below nought."""
    params = explain_total((FOUR, TWO), Decimal(stated))[0].params
    assert (str(params["share_low"]), str(params["share_high"])) == (
        f"{Decimal(str(low)):.4f}",
        high,
    )


def test_the_smaller_block_may_come_first() -> None:
    """12 has two thirds of the weight in 13, give or take a thirtieth, also when named first."""
    params = explain_total((TWO, FOUR), Decimal("13.0"))[0].params
    assert [str(params[n]) for n in ("share", "share_low", "share_high", "by_units")] == [
        "0.6667",
        "0.6333",
        "0.7000",
        "0.3333",
    ]
