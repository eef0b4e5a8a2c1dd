"""Parses claims of a report such as "Tỷ lệ trễ hạn luôn dưới 2%"."""

import re
from decimal import Decimal

from scoring.errors import Refusal
from scoring.reconcile.figures import decimal
from scoring.reconcile.headers import quantity_of, split_base
from scoring.reconcile.labels import key, without
from scoring.reconcile.sections import Setting
from scoring.reconcile.table import Claim
from scoring.reconcile.vocabulary import Vocabulary

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def read_claim(setting: Setting, vocabulary: Vocabulary) -> Claim:
    """Parse a claimed limit of a percentage. Raises Refusal `check.bad_setting`."""
    text = setting.values[0]
    percents = list(_PERCENT.finditer(text))
    compared = _split(text[: percents[-1].start()], vocabulary) if percents else None
    if compared is None:
        raise Refusal("check.bad_setting", line=setting.line, value=text)
    numerator, base = split_base(compared[0], vocabulary.base_words)
    return Claim(
        text=text,
        quantity=_quantity(numerator, vocabulary),
        base=_quantity(base, vocabulary) if base else None,
        comparison=compared[1],
        percent=percent(percents[-1].group(1)),
        row=key(setting.values[1]) if len(setting.values) > 1 else None,
    )


def percent(text: str) -> Decimal:
    """A percentage with or without its sign: "10 %" -> 10. Raises ValueError."""
    return decimal(text.replace("%", "").strip())


def _split(text: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The compared quantity and the comparison; None if the text has no comparison."""
    words = key(text)
    for sign, names in vocabulary.comparisons.items():
        for name in names:
            left, found, _ = f" {words} ".rpartition(f" {name} ")
            if found and left.strip():
                return left.strip(), sign
    return None


def _quantity(text: str, vocabulary: Vocabulary) -> str:
    bare = without(key(text), vocabulary.rate_words)
    return quantity_of(without(bare, vocabulary.claim_fillers), vocabulary)
