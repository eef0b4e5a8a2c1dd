"""Reads a mapping file: the names another program uses for our columns, statuses and units."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from admin.sheets.columns import ColumnSpec
from surveys.dossier import parse_status
from surveys.errors import Refusal
from surveys.yaml_lines import load_foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """Another program's names, mapped to ours."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column → the other program's header."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """The other program's status → ours, by number or name."""
    units: Mapping[str, str] = field(default_factory=dict)
    """The other program's unit name → our unit code."""

    def as_tree(self) -> dict[str, object]:
        """The tree as it is written in a file."""
        parts = {"statuses": dict(self.statuses), "units": dict(self.units)}
        return {**self.columns, **{name: part for name, part in parts.items() if part}}


WORDS = ("statuses", "units")


def read_mapping(path: Path, columns: Sequence[ColumnSpec]) -> Meanings:
    """Read `our column: their header`, and below `statuses` and `units` `their word: ours`, from
    YAML or (`.toml`) TOML.

    Raises OSError, or Refusal `sheets.mapping_unreadable`, `sheets.mapping_unknown_column` or
    `sheets.mapping_status`.
    """
    try:
        tree = _tree(path)
    except (ValueError, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise Refusal("sheets.mapping_unreadable", file=path.name, reason=reason) from None
    return meanings_of(tree, columns, path.name)


def meanings_of(tree: object, columns: Sequence[ColumnSpec], file: str) -> Meanings:
    """Interpret the tree of a mapping file. Raises as `read_mapping`."""
    if not isinstance(tree, dict):
        raise Refusal("sheets.mapping_unreadable", file=file, reason="…")
    words = {name: tree[name] for name in WORDS if isinstance(tree.get(name), dict)}
    names = [column.name for column in columns]
    titles = {name: header for name, header in tree.items() if name not in words}
    for name in titles:
        if name not in names:
            known = ", ".join((*names, *WORDS))
            raise Refusal("sheets.mapping_unknown_column", file=file, column=name, known=known)
    for word, ours in words.get("statuses", {}).items():
        _require_status(file, str(word), str(ours))
    return Meanings(
        columns={name: str(header) for name, header in titles.items()},
        statuses={str(word): str(ours) for word, ours in words.get("statuses", {}).items()},
        units={str(word): str(ours) for word, ours in words.get("units", {}).items()},
    )


def _require_status(file: str, word: str, ours: str) -> None:
    try:
        parse_status(ours)
    except ValueError:
        raise Refusal("sheets.mapping_status", file=file, key=word, status=ours) from None


def _tree(path: Path) -> object:
    text = path.read_text("utf-8-sig")
    return tomllib.loads(text) if path.suffix.lower() == ".toml" else load_foreign(text)
