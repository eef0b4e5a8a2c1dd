"""Facts of a longer period from those of its parts: a year from its quarters.

The rulebook says fact by fact how (`facts_of_parts`). What is given for the period itself counts
before what its parts hold; a part that is missing is named and never taken for 0.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from scoring.evidence import Fact
from scoring.rounding import added
from scoring.supported import FactRule

Facts = Mapping[str, Fact]


def roll_up(
    rules: Mapping[str, FactRule], own: Facts, parts: Mapping[str, Facts]
) -> tuple[dict[str, Fact], dict[str, tuple[str, ...]]]:
    """The facts of a period, and fact → the parts that lack it.

    `own` was given for the period itself; `parts` are its parts by id, in their order. A fact that
    no part holds is simply unknown and not listed; one that must be given lacks no part.
    """
    found, lacking = dict(own), dict[str, tuple[str, ...]]()
    for name in dict.fromkeys(name for facts in parts.values() for name in facts):
        if name in own:
            continue
        rule = rules.get(name, FactRule.GIVEN)
        missing = tuple(part for part in _needed(rule, parts) if name not in parts[part])
        if rule is FactRule.GIVEN or missing:
            lacking[name] = missing
        else:
            held = [facts[name] for facts in parts.values() if name in facts]
            found[name] = _RULES[rule](held)
    return found, lacking


def _needed(rule: FactRule, parts: Mapping[str, Facts]) -> list[str]:
    """The parts that must hold the fact."""
    if rule is FactRule.GIVEN:
        return []
    return list(parts)[-1:] if rule is FactRule.LAST else list(parts)


def _last(held: Sequence[Fact]) -> Fact:
    return held[-1]


def _sum(held: Sequence[Fact]) -> Fact:
    return added(map(Decimal, held))


def _mean(held: Sequence[Fact]) -> Fact:
    return added(map(Decimal, held)) / len(held)


_RULES: Mapping[FactRule, Callable[[Sequence[Fact]], Fact]] = {
    FactRule.LAST: _last,
    FactRule.SUM: _sum,
    FactRule.MEAN: _mean,
}
