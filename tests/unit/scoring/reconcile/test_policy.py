"""What a rulebook says about printed tables."""

from decimal import Decimal

import pytest

from scoring.reconcile import RateRounding, policy_of
from scoring.rulebook import find_rulebook
from tests.unit.scoring.reconcile.sheets import policy


def test_a_rulebook_gives_its_grades_and_points() -> None:
    """Thông tư 01/2018: five grades, nine criteria of two points, one decimal."""
    rulebook = find_rulebook("tt01-2018")
    made = policy_of(rulebook, rounding=RateRounding.EITHER, quota=Decimal(10))
    assert made == policy(RateRounding.EITHER, Decimal(10))
    assert policy_of(rulebook, rounding=RateRounding.HALF_UP).quota is None


@pytest.mark.parametrize(("grade", "under"), [("xuat_sac", 18), ("tot", 15), ("yeu", 6)])
def test_totals_of_a_grade_stay_under_the_next(grade: str, under: int) -> None:
    """A good total is under 15, an excellent one at most 18."""
    assert policy().ceiling(grade) == under
