"""Wilson's interval of a share at 95 %, narrowed where a good part of everybody answered."""

from decimal import Decimal

Z = Decimal("1.959964")
"""The normal quantile of a two-sided 95 % interval."""


def wilson(share: Decimal, n: int, population: int | None) -> tuple[Decimal, Decimal]:
    """The interval of a share 0–1 seen in `n` answers.

    `population`: all that could have answered, None for no limit. It closes to a point when
    everybody answered.
    """
    if population is not None and population <= n:
        return share, share
    size = Decimal(n)
    if population is not None:
        size = size * (population - 1) / (population - n)
    spread = Z * (share * (1 - share) / size + (Z / (2 * size)) ** 2).sqrt()
    middle = share + Z**2 / (2 * size)
    shrink = 1 + Z**2 / size
    return max(Decimal(0), (middle - spread) / shrink), (middle + spread) / shrink
