"""Writes results as JSON and CSV."""

import json
from collections.abc import Sequence
from pathlib import Path

from admin.kit.formulas import without_formula
from admin.kit.output import plain
from admin.kit.tables import Row


def write_json(file: Path, value: object) -> None:
    """Write any result as JSON. Raises OSError."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=plain)
    file.write_text(f"{text}\n", "utf-8")


def write_csv(file: Path, rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Write CSV, with a byte order mark so that spreadsheets read it as UTF-8.

    A suppressed count is an empty cell and not NaN; a text never becomes a formula.
    """
    import pandas as pd

    listed = [[without_formula(plain(row.get(key))) for key in keys] for row in rows]
    text = pd.DataFrame(listed, columns=list(keys), dtype=object).to_csv(
        index=False, lineterminator="\n"
    )
    encoding = "utf-8" if text.isascii() else "utf-8-sig"
    file.write_text(text, encoding, newline="")
