"""Units for the tests of `scoring`, made with few words."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring.errors import Refusal
from scoring.evidence import UnitEvidence
from scoring.law import Rulebook
from scoring.rulebook import find_rulebook, with_choices


def tt01(**chosen: str) -> Rulebook:
    """tt01-2018, with policies set otherwise by name."""
    return with_choices(_shipped("tt01-2018"), chosen) if chosen else _shipped("tt01-2018")


@cache
def _shipped(rulebook_id: str) -> Rulebook:
    return find_rulebook(rulebook_id)


def unit(code: str = "X01", **given: Any) -> UnitEvidence:  # noqa: ANN401 - any field
    """A commune with ten dossiers and one response, unless said otherwise."""
    standard: Mapping[str, Any] = {
        "name": f"Đơn vị {code}",
        "level": "xa",
        "received": 10,
        "dossiers": 10,
        "responses": 1,
    }
    return UnitEvidence(code=code, **{**standard, **given})


def points(**given: str) -> dict[str, Decimal]:
    """Points by criterion: `points(c1="1.4")`."""
    return {name.removeprefix("c"): Decimal(value) for name, value in given.items()}


def all_points(*values: str) -> dict[str, Decimal]:
    """Points of the criteria 1, 2, 3 … in turn."""
    return {str(number): Decimal(value) for number, value in enumerate(values, start=1)}


def refusal_of(ask: Callable[[], object]) -> Refusal:
    """The refusal that `ask` raises, after its sentence was filled in both languages."""
    with pytest.raises(Refusal) as caught:
        ask()
    for language in ("vi", "en"):
        assert sentence(caught.value, language)
    return caught.value


def sentence(refusal: Refusal, language: str) -> str:
    """The refusal as people read it; KeyError where the text or a parameter is missing."""
    folder = Path(__file__).parents[3] / "admin" / "locales"
    texts = yaml.safe_load((folder / language / "scoring.yaml").read_text("utf-8"))
    room, code = refusal.code.split(".")
    return str(texts["errors"][room][code]).format(**refusal.params)
