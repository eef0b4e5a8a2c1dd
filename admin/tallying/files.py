"""A tally as a file: JSON, CSV or XLSX by the file's name, whole or not at all."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from admin.tallying.result import Row, Tally
from surveys.errors import Refusal


def write(tally: Tally, file: Path) -> int:
    """Write the file; how many rows it has.

    Raises OSError, or Refusal `tally.suffix` for a name that says none of the three.
    """
    writer = WRITERS.get(file.suffix.lower())
    if writer is None:
        raise Refusal("tally.suffix", file=file.name, known=", ".join(WRITERS))
    draft = file.with_name(f"{file.name}.part")
    try:
        draft.touch()
        writer(tally, draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return len(tally.cells)


def _json(tally: Tally, file: Path) -> None:
    text = json.dumps(tally.as_json(), ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n", "utf-8")


def _csv(tally: Tally, file: Path) -> None:
    """With a byte order mark where spreadsheets would otherwise misread letters."""
    rows = tally.rows()
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _keys(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    encoding = "utf-8" if text.getvalue().isascii() else "utf-8-sig"
    file.write_text(text.getvalue(), encoding, newline="")


def _xlsx(tally: Tally, file: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, rows in (("rows", tally.rows()), ("response", tally.response())):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            keys = _keys(rows)
            sheet.set_column(0, max(len(keys) - 1, 0), 18)
            sheet.write_row(0, 0, keys, bold)
            for number, row in enumerate(rows, start=1):
                sheet.write_row(number, 0, [row[key] for key in keys])


def _keys(rows: list[Row]) -> list[str]:
    return list(rows[0]) if rows else []


WRITERS: Mapping[str, Callable[[Tally, Path], None]] = {
    ".json": _json,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
