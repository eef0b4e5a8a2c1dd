"""Tests of `scoring.errors` and of the sentences for every refusal of this room."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from scoring import rulebook
from scoring.errors import Refusal

ROOT = Path(__file__).parents[3]


def raised() -> set[str]:
    """Every code in the source of `scoring` (reconciliation has its own room)."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "scoring").glob("*.py"))
    literal = set(re.findall(r'Refusal\(\s*"((?:rulebooks|scoring)\.[a-z_0-9]+)"', source))
    placed = {*rulebook._OWN_CODES, *rulebook._CODES.values(), "bad_value"}
    return literal | {f"rulebooks.{code}" for code in placed}


def texts(language: str) -> Iterator[str]:
    """The codes that have a sentence."""
    path = ROOT / "admin" / "locales" / language / "scoring.yaml"
    errors = yaml.safe_load(path.read_text("utf-8"))["errors"]
    return (f"{room}.{code}" for room in ("rulebooks", "scoring") for code in errors[room])


def test_every_refusal_has_its_sentence() -> None:
    """Each code raised has a sentence in both languages, and no sentence is left over."""
    assert set(texts("vi")) == raised()
    assert set(texts("en")) == raised()


def test_refusal_shows_its_code_and_params() -> None:
    """For programmers a refusal prints as its code and what was given."""
    assert str(Refusal("a.b", file="x", line=1)) == "a.b: file=x, line=1"
    assert str(Refusal("a.b")) == "a.b"
    assert Refusal("a.b", line=1).params == {"line": 1}
    assert Refusal("a.b", line=1).args == ("a.b", {"line": 1})
