"""Who of a unit's returned dossiers is asked: everyone, or a share drawn by a seed. Pure.

A draw orders the dossiers by a number that the seed and the code give, and takes the lowest. So it
can be repeated by anybody who knows the seed, a larger sample contains every smaller one, and
whether a dossier is drawn does not depend on the others.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

HUNDRED = Decimal(100)
STEPS = 1_000_000
"""A share has four digits after the point of its percent."""
LOWEST_RESPONSE = Decimal("0.05")
"""When more are drawn, at least this share of them is expected to answer: with no answer yet the
number to draw would be infinite."""


class Rule(StrEnum):
    """How many of a unit's returned dossiers are asked."""

    EVERYONE = "everyone"
    SHARE = "share"
    """A share in percent."""
    ERROR = "error"
    """As many as a wanted error needs: n = N / (1 + N·e²)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The rule; `percent` for a share, `error_percent` (e, in percentage points) for an error;
    `quota_percent` is the floor of both, the local rule's share of dossiers to be asked."""

    rule: Rule
    percent: Decimal
    error_percent: Decimal
    quota_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """A unit's dossiers of the period so far: returned, drawn, answered."""

    returned: int
    drawn: int
    answered: int


def wanted(sampling: Sampling, population: int) -> int:
    """How many of `population` dossiers to ask, rounded up; never below the quota."""
    if sampling.rule is Rule.EVERYONE:
        return population
    floor = _part(population, sampling.quota_percent)
    if sampling.rule is Rule.SHARE:
        return max(floor, _part(population, sampling.percent))
    error = sampling.error_percent / HUNDRED
    number = Decimal(population) / (1 + Decimal(population) * error * error)
    return min(population, max(floor, _up(number)))


def wanted_answers(sampling: Sampling, population: int) -> int:
    """How many answers are enough: those a wanted error needs, else the quota."""
    if sampling.rule is Rule.ERROR:
        return wanted(sampling, population)
    return _part(population, sampling.quota_percent)


def share(sampling: Sampling, population: int) -> Decimal:
    """The share to draw, in percent with four digits, rounded up. Without an expected
    `population` (0) everyone is drawn: a first period has no size to go by."""
    if sampling.rule is Rule.SHARE:
        return min(HUNDRED, max(sampling.percent, sampling.quota_percent))
    if sampling.rule is Rule.EVERYONE or population <= 0:
        return HUNDRED
    return _percent(wanted(sampling, population), population)


def place(seed: str, code: str) -> int:
    """The dossier's place in the order of the draw: below STEPS, equal for an equal seed."""
    digest = hashlib.sha256(f"{seed}\0{code}".encode()).digest()
    return int.from_bytes(digest[:8]) % STEPS


def is_drawn(seed: str, code: str, percent: Decimal) -> bool:
    """Whether this dossier belongs to the share of `percent` percent."""
    return place(seed, code) < percent * STEPS / HUNDRED


def draw(seed: str, codes: Iterable[str], percent: Decimal) -> list[str]:
    """Those of `codes` that belong to the share, in the order of the draw."""
    return sorted(
        (code for code in codes if is_drawn(seed, code, percent)),
        key=lambda code: (place(seed, code), code),
    )


def topped_up(sampling: Sampling, now: Decimal, unit: UnitCount) -> Decimal:
    """The share to draw near the end of the period: larger than `now` where answers are short,
    by as many as the response so far lets expect; else unchanged."""
    short = wanted_answers(sampling, unit.returned) - unit.answered
    if short <= 0 or now >= HUNDRED or not unit.returned:
        return now
    response = Decimal(unit.answered) / Decimal(unit.drawn) if unit.drawn else Decimal(0)
    more = _up(Decimal(short) / max(response, LOWEST_RESPONSE))
    return max(now, _percent(min(unit.returned, unit.drawn + more), unit.returned))


def _part(population: int, percent: Decimal) -> int:
    return _up(Decimal(population) * percent / HUNDRED)


def _percent(part: int, population: int) -> Decimal:
    exact = Decimal(part) * HUNDRED / Decimal(population)
    return min(HUNDRED, exact.quantize(Decimal("0.0001"), ROUND_CEILING))


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
