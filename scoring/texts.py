"""The words of a rating in both languages, from `texts.yaml`; numbers written as people do."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from scoring.marked import load
from scoring.model import Text

Words = Mapping[str, Mapping[str, Mapping[str, str]]]


class Percent(Decimal):
    """A percentage: written with its sign."""


@cache
def words() -> Words:
    """section → key → language → text."""
    text = (Path(__file__).parent / "texts.yaml").read_text("utf-8")
    loaded: Words = load(text)
    return loaded


def say(section: str, key: str, language: str, **params: object) -> str:
    """The text under `section.key` with its placeholders filled; KeyError if it is missing."""
    shown = {name: written(value, language) for name, value in params.items()}
    return words()[section][key][language].format(**shown)


class FactName(str):
    """The id of a fact, written by its name."""

    __slots__ = ()


def written(value: Any, language: str) -> str:  # noqa: ANN401 - whatever a text names
    """A number with the comma or point of the language, a list with commas, None as a dash."""
    if value is None:
        return "–"
    if isinstance(value, FactName):
        return words()["facts"][value][language]
    if isinstance(value, Text):
        return value.of(language)
    if isinstance(value, Percent):
        return f"{written(Decimal(value), language)}%"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list | tuple):
        return ", ".join(written(item, language) for item in value)
    if isinstance(value, Decimal) and language == "vi":
        return str(value).replace(".", ",")
    return str(value)
