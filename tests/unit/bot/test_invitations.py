"""Who is in a sample."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.invitations import in_sample

PERCENT = st.decimals(0, 100, places=2)


@given(st.text(max_size=40), PERCENT, PERCENT)
def test_a_larger_sample_holds_a_smaller_one(code: str, one: Decimal, other: Decimal) -> None:
    """So asking for more later adds dossiers and repeats none."""
    small, large = sorted((one, other))
    assert not in_sample(code, small) or in_sample(code, large)


@given(st.text(max_size=40))
def test_nothing_and_everything(code: str) -> None:
    """0 percent is nobody, 100 percent everybody."""
    assert not in_sample(code, Decimal(0))
    assert in_sample(code, Decimal(100))


def test_a_sample_is_about_as_large_as_asked() -> None:
    """10 percent of 20,000 codes, within one percentage point."""
    hits = sum(in_sample(f"000.17.22.H56-210531-{n:05d}", Decimal(10)) for n in range(20_000))
    assert 1_800 < hits < 2_200
