"""A file that says how somebody else's software calls our columns."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import yaml

from admin.sheets.columns import ColumnSpec
from surveys.errors import Refusal


def read_mapping(path: Path, columns: Sequence[ColumnSpec]) -> dict[str, str]:
    """Read `our column: their header` from YAML or (`.toml`) TOML.

    Raises OSError, or Refusal `sheets.mapping_unreadable` or `sheets.mapping_unknown_column`.
    """
    try:
        tree = _tree(path)
    except (ValueError, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise Refusal("sheets.mapping_unreadable", file=path.name, reason=reason) from None
    if not isinstance(tree, dict):
        raise Refusal("sheets.mapping_unreadable", file=path.name, reason="…")
    names = [column.name for column in columns]
    for name in tree:
        if name not in names:
            known = ", ".join(names)
            raise Refusal("sheets.mapping_unknown_column", file=path.name, column=name, known=known)
    return {name: str(header) for name, header in tree.items()}


def _tree(path: Path) -> object:
    text = path.read_text("utf-8-sig")
    return tomllib.loads(text) if path.suffix.lower() == ".toml" else yaml.safe_load(text)
