"""`--weights`: which overall figure is published, or the weight of each block."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from scoring.rating import Rating
from scoring.supported import Printed
from surveys.errors import Refusal

BlockWeights = Mapping[str, Decimal]
LARGEST = 1_000_000
"""Weights are shares or counts of dossiers."""


def parse(text: str) -> Printed | BlockWeights:
    """`unit_mean` (one of the aggregates) or `phong=0.45,xa=0.55`.

    Raises Refusal `rate.weights` for anything else.
    """
    wanted = text.strip()
    if wanted in set(Printed):
        return Printed(wanted)
    pairs = dict(part.rpartition("=")[::2] for part in wanted.split(","))
    weights = {block.strip(): _weight(weight) for block, weight in pairs.items()}
    if "" in weights or None in weights.values() or not sum(filter(None, weights.values())):
        raise Refusal("rate.weights", value=wanted, known=", ".join(Printed))
    return {block: weight for block, weight in weights.items() if weight is not None}


def leading(rating: Rating, printed: Printed) -> Rating:
    """A copy of the rating with another leading aggregate."""
    return replace(rating, overall=replace(rating.overall, printed=printed))


def weighted_mean(rating: Rating, weights: BlockWeights) -> Decimal | None:
    """The mean of the blocks' means by these weights; None if no block has a mean.

    A block without a scored unit has no weight. Raises Refusal `rate.unknown_block`.
    """
    for block in weights:
        if block not in rating.blocks:
            raise Refusal("rate.unknown_block", block=block, known=", ".join(rating.blocks))
    means = {block: rating.blocks[block].mean for block in weights}
    known = [(mean, weights[block]) for block, mean in means.items() if mean is not None]
    whole = sum((weight for _, weight in known), Decimal(0))
    if not whole:
        return None
    return rating.rulebook.round_mean(sum(mean * weight for mean, weight in known) / whole)


def _weight(text: str) -> Decimal | None:
    try:
        weight = Decimal(text.strip())
    except InvalidOperation:
        return None
    return weight if weight.is_finite() and 0 <= weight <= LARGEST else None
