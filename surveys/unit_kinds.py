"""Levels of government and kinds of units: dated data, read once from `units.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from surveys.spelling import fold

FILE = Path(__file__).parent / "units.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of government; `valid_to` is its last day, None while it is there."""

    id: str
    name: Mapping[str, str]
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a unit is: its level and its usual block."""

    level: str
    block: str


def levels() -> Mapping[str, Level]:
    """Every level by its id, from the highest."""
    return {
        key: Level(id=key, name=one["name"], valid_to=one.get("valid_to"))
        for key, one in _read()["levels"].items()
    }


def block_name(block: str, language: str, day: date) -> str:
    """The name that a block of units has on a day; the block itself if it is not listed."""
    for one in _read()["blocks"].get(block, ()):
        if day <= one.get("valid_to", date.max):
            return str(one[language])
    return block


def parse_kind(written: str) -> Kind:
    """The kind that a word, or the id of a level, means; raises ValueError for any other."""
    try:
        return _kinds()[fold(written)]
    except KeyError:
        raise ValueError(written) from None


@cache
def _kinds() -> Mapping[str, Kind]:
    found: dict[str, Kind] = {}
    for one in _read()["kinds"]:
        kind = Kind(level=one["level"], block=one["block"])
        found.update({fold(word): kind for word in one["words"]})
        found.setdefault(kind.level, kind)
    return found


@cache
def _read() -> dict[str, Any]:
    import yaml

    with FILE.open(encoding="utf-8") as file:
        read: dict[str, Any] = yaml.safe_load(file)
    return read
