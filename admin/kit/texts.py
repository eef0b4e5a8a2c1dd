"""The texts of the command line, with numbers and dates formatted for their language."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from surveys.texts import LANGUAGES, Catalog

FOLDER = Path(__file__).parents[1] / "locales"
VALUE_OPTIONS = ("--lang", "--database-url", "--config", "--as", "--key-file")
"""Options before the command that are followed by a value."""
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language, with its number format."""

    catalog: Catalog

    @property
    def language(self) -> str:
        """`vi` or `en`."""
        return self.catalog.language

    def find(self, key: str, **params: object) -> str | None:
        """The text under `key`, or None if there is none."""
        return self.text(key, **params) if key in self.catalog else None

    def text(self, key: str, **params: object) -> str:
        """The text under `key`; numbers and dates in it are formatted for people."""
        return self.catalog.text(key, **{name: self.shown(v) for name, v in params.items()})

    def shown(self, value: object) -> object:
        """`15121` as `15.121`, `Decimal("14.64")` as `14,64`, a day as `31/12/2020`."""
        if isinstance(value, bool):
            return self.text(f"common.{'yes' if value else 'no'}")
        if isinstance(value, int | Decimal):
            return self._number(value)
        if isinstance(value, datetime):
            return f"{value:%d/%m/%Y %H:%M}"
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def percent(self, value: Decimal) -> str:
        """A percentage with one digit after the comma: `Decimal(40)` as `40,0%`."""
        from babel.numbers import format_decimal

        rounded = value.quantize(TENTH, ROUND_HALF_UP)
        return f"{format_decimal(rounded, '#,##0.0', locale=self.language)}%"

    def _number(self, value: int | Decimal) -> str:
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language, decimal_quantization=False)


@cache
def load_texts(language: str) -> Texts:
    """All texts of `language`; read once per process."""
    return Texts(Catalog.load(FOLDER, language))


def wanted_language(args: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """The language of help and errors, determined before anything else is read or checked."""
    options = _leading_options(args)
    config = options.get("--config") or environ.get("MOTCUA_CONFIG")
    for wish in (options.get("--lang"), environ.get("MOTCUA_LANG"), _in_file(config)):
        if wish:
            return wish.lower() if wish.lower() in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


def _leading_options(args: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    rest = iter(args)
    for arg in rest:
        if not arg.startswith("-"):
            break
        name, assigned, value = arg.partition("=")
        if name in VALUE_OPTIONS:
            found[name] = value if assigned else next(rest, "")
    return found


def _in_file(config: str | None) -> str | None:
    try:
        tree = tomllib.loads(Path(config).read_text("utf-8")) if config else {}
    except (OSError, ValueError):
        return None
    return str(tree.get("lang", "")) or None
