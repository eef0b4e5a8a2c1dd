"""A tally as a file: JSON, CSV or XLSX by the file's name, whole or not at all."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from admin.tallying.result import Row, Tally
from surveys.errors import Refusal

if TYPE_CHECKING:
    from pandas import DataFrame


def write(tally: Tally, file: Path, language: str = "vi") -> int:
    """Write the file; how many rows it has. `language` is that of the texts in JSON.

    Raises OSError, or Refusal `tally.suffix` for a name that says none of the three.
    """
    writer = WRITERS.get(file.suffix.lower())
    if writer is None:
        raise Refusal("tally.suffix", file=file.name, known=", ".join(WRITERS))
    draft = file.with_name(f"{file.name}.part")
    try:
        draft.touch()
        writer(tally, draft, language)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return len(tally.cells)


def _json(tally: Tally, file: Path, language: str) -> None:
    text = json.dumps(tally.as_json(language), ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n", "utf-8")


def _csv(tally: Tally, file: Path, _language: str) -> None:
    """With a byte order mark where spreadsheets would otherwise misread letters."""
    text = _frame(tally.rows()).to_csv(index=False, lineterminator="\n")
    encoding = "utf-8" if text.isascii() else "utf-8-sig"
    file.write_text(text, encoding, newline="")


def _xlsx(tally: Tally, file: Path, _language: str) -> None:
    """A name that begins with = stays a name."""
    import pandas as pd

    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with (
        file.open("wb") as stream,
        pd.ExcelWriter(stream, engine="xlsxwriter", engine_kwargs=options) as book,
    ):
        for name, rows in (("rows", tally.rows()), ("response", tally.response())):
            frame = _frame(rows)
            frame.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
            book.sheets[name].set_column(0, max(frame.shape[1] - 1, 0), 18)


def _frame(rows: list[Row]) -> "DataFrame":
    """Rows as a frame of objects, so that a hidden count is an empty cell and not NaN."""
    import pandas as pd

    return pd.DataFrame(rows, dtype=object)


WRITERS: Mapping[str, Callable[[Tally, Path, str], None]] = {
    ".json": _json,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
