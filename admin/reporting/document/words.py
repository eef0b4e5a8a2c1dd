"""Words and numbers of a report: sentences for none, one and many, Vietnamese numbers, lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from admin.kit.texts import Texts, load_texts

MINUS = "\N{MINUS SIGN}"
SMALL = 10
"""Whole numbers below it are written with a leading 0 in sentences, as offices do."""
LAST_WITH_ZERO = 2
"""January and February are written with a leading 0."""


@cache
def sentences() -> Mapping[str, Any]:
    """Every sentence of the document."""
    file = Path(__file__).with_name("sentences.yaml")
    found: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How figures are written: digits of percentages, the names a sentence may list."""

    percent_digits: int = 1
    names_listed: int = 12

    @property
    def texts(self) -> Texts:
        """The Vietnamese number format."""
        return load_texts("vi")

    def say(self, key: str, count: int | None = None, /, **params: object) -> str:
        """The sentence under a dotted key; with a count that for none, one or many of it."""
        found: Any = sentences()
        for part in key.split("."):
            found = found[part]
        if isinstance(found, Mapping):
            form = {0: "none", 1: "one"}.get(count or 0, "many")
            found = found.get(form, "")
        shown = {name: self.shown(value) for name, value in {"count": count, **params}.items()}
        return str(found).format(**shown)

    def shown(self, value: object) -> str:
        """A number or a day as people write it; a text as it is."""
        if isinstance(value, int):
            return self.count(value)
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, date):
            return self.day(value)
        return "" if value is None else str(value)

    def day(self, value: date) -> str:
        """A day with leading zeros where NĐ 30/2020/NĐ-CP wants them: `05/02/2021`, `15/3/2021`."""
        month = f"{value.month:02d}" if value.month <= LAST_WITH_ZERO else str(value.month)
        return f"{value.day:02d}/{month}/{value.year}"

    def count(self, value: int) -> str:
        """A whole number: `07`, `15.121`."""
        return f"{value:02d}" if 0 < value < SMALL else str(self.texts.shown(value))

    def plain(self, value: int) -> str:
        """A whole number in a table: `7`, `15.121`."""
        return str(self.texts.shown(value))

    def number(self, value: Decimal | None) -> str:
        """Points without needless digits: `14,64`, `2`; a dash if unknown."""
        if value is None:
            return self.say("unknown")
        return str(self.texts.shown(value.normalize() if value else Decimal(0)))

    def signed(self, value: Decimal) -> str:
        """A difference with its sign; no line ends after a minus sign as after a hyphen."""
        return f"{'+' if value > 0 else ''}{self.number(value)}".replace("-", MINUS)

    def share(self, part: int | Decimal, whole: int | Decimal) -> str:
        """A part of a whole in percent, half up: `4,4%`; a dash without a whole."""
        if not whole:
            return self.say("unknown")
        step = Decimal(1).scaleb(-self.percent_digits)
        percent = (100 * Decimal(part) / Decimal(whole)).quantize(step, ROUND_HALF_UP)
        return f"{self.texts.shown(percent)}%"

    def names(self, names: Sequence[str]) -> str:
        """A list of names, the last ones only counted where there are too many."""
        listed = self.say("comma").join(names[: self.names_listed])
        more = len(names) - self.names_listed
        return self.say("and_others", names=listed, more=more) if more > 0 else listed

    def about(self, key: str, names: Sequence[str], **params: object) -> str:
        """A sentence about units: how many, and which."""
        return self.say(key, len(names), names=self.names(names), **params)
