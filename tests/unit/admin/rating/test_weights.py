"""`--weights`: an aggregate by name, or how much each block weighs."""

from decimal import Decimal

import pytest

from admin.rating.weights import leading, parse, weighted_mean
from scoring.evidence import UnitEvidence
from scoring.rating import Rating, rate
from scoring.rulebook import find_rulebook
from scoring.supported import Printed
from surveys.errors import Refusal


def _unit(code: str, block: str, points: int) -> UnitEvidence:
    appraised = {str(number): Decimal(points) for number in range(1, 10)}
    return UnitEvidence(
        code=code, name=code, level="xa", block=block, dossiers=1, appraised=appraised
    )


def _rating() -> Rating:
    """phong: 18 points; xa: 9; moi: no scored unit."""
    empty = UnitEvidence(code="C", name="C", level="xa", block="moi")
    units = [_unit("A", "phong", 2), _unit("B", "xa", 1), empty]
    return rate(find_rulebook("tt01-2018"), units)


@pytest.mark.parametrize("name", list(Printed))
def test_an_aggregate_by_its_name(name: Printed) -> None:
    """The three there are can be put in the lead."""
    assert parse(f" {name.value} ") is name
    assert leading(_rating(), name).overall.printed is name


def test_block_weights() -> None:
    """Weights need not sum to 1; a block without a scored unit weighs nothing."""
    assert parse("phong=0.45, xa=0.55") == {"phong": Decimal("0.45"), "xa": Decimal("0.55")}
    assert weighted_mean(_rating(), {"phong": Decimal(1), "xa": Decimal(2)}) == Decimal("12.00")
    with_empty = {"phong": Decimal(1), "xa": Decimal(2), "moi": Decimal(97)}
    assert weighted_mean(_rating(), with_empty) == Decimal("12.00")
    assert weighted_mean(_rating(), {"moi": Decimal(1)}) is None


def test_a_block_name_may_hold_a_sign() -> None:
    """The last = of a pair is the one that counts."""
    assert parse("a=b=1") == {"a=b": Decimal(1)}


@pytest.mark.parametrize("text", ["", "xa", "xa=", "=1", "xa=-1", "xa=0", "xa=nan", "xa=1,", "a=x"])
def test_what_is_no_weight_is_refused(text: str) -> None:
    """Names without numbers, numbers without names, negative ones, none at all."""
    with pytest.raises(Refusal, match=r"rate\.weights"):
        parse(text)


def test_a_block_nobody_belongs_to_is_refused() -> None:
    """A typing error must not weigh silently."""
    with pytest.raises(Refusal, match=r"rate\.unknown_block"):
        weighted_mean(_rating(), {"so": Decimal(1)})
