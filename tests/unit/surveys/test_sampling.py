"""A draw can be repeated, is as large as its rule says, and grows where answers are short."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.sampling import (
    HUNDRED,
    Rule,
    Sampling,
    UnitCount,
    draw,
    is_drawn,
    share,
    topped_up,
    wanted,
)

CODES = [f"000.17.22.H56-260309-{n:04d}" for n in range(4_000)]


def sampling(rule: Rule, percent: int = 100, error: int = 5, quota: int = 10) -> Sampling:
    """A rule in whole percent."""
    return Sampling(
        rule=rule,
        percent=Decimal(percent),
        error_percent=Decimal(error),
        quota_percent=Decimal(quota),
    )


@pytest.mark.parametrize(
    ("rule", "population", "number"),
    [
        (sampling(Rule.EVERYONE), 37, 37),
        (sampling(Rule.SHARE, 30), 101, 31),
        (sampling(Rule.SHARE, 5), 1_000, 100),  # never below the quota
        (sampling(Rule.ERROR), 1_000, 286),  # 1000 / (1 + 1000 * 0.05²) = 285.7
        (sampling(Rule.ERROR), 100, 80),
        (sampling(Rule.ERROR), 100_000, 10_000),  # 399 by the formula, 10 % by the quota
        (sampling(Rule.ERROR), 0, 0),
        (sampling(Rule.ERROR, error=50), 3, 2),
    ],
)
def test_how_many_are_wanted(rule: Sampling, population: int, number: int) -> None:
    """By hand."""
    assert wanted(rule, population) == number


@given(st.text(max_size=12), st.sampled_from(CODES), st.decimals(0, 100, places=4))
def test_a_larger_share_contains_a_smaller_one(seed: str, code: str, percent: Decimal) -> None:
    """So topping up never drops a dossier."""
    assert not is_drawn(seed, code, percent / 2) or is_drawn(seed, code, percent)


def test_a_draw_is_repeated_by_its_seed_alone() -> None:
    """In any order of the codes; another seed draws others."""
    first = draw("a", CODES, Decimal(10))
    assert first == draw("a", reversed(CODES), Decimal(10))
    assert first != draw("b", CODES, Decimal(10))
    assert 320 < len(first) < 480


def test_without_an_expected_size_everyone_is_drawn() -> None:
    """A first period has nothing to go by."""
    assert share(sampling(Rule.ERROR), 0) == HUNDRED
    assert share(sampling(Rule.ERROR), 1_000) == Decimal("28.6")
    assert share(sampling(Rule.SHARE, 5), 0) == Decimal(10)


@pytest.mark.parametrize(
    ("unit", "more"),
    [
        (UnitCount(returned=1_000, drawn=200, answered=150), "20"),  # enough
        (UnitCount(returned=1_000, drawn=200, answered=50), "40"),  # 25 % answer: 200 more
        (UnitCount(returned=1_000, drawn=200, answered=0), "100"),  # nobody yet: everyone
        (UnitCount(returned=0, drawn=0, answered=0), "20"),
    ],
)
def test_short_answers_are_topped_up(unit: UnitCount, more: str) -> None:
    """By as many as the response so far lets expect."""
    assert topped_up(sampling(Rule.SHARE, 20), Decimal(20), unit) == Decimal(more)
