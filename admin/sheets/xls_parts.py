"""What an old XLS says of its sheets besides their values: errors and hidden rows.

calamine reads the values and takes an error for an empty cell; xlrd knows the difference.
"""

import io
import struct
from pathlib import Path

import xlrd
from xlrd.biffh import XL_CELL_ERROR, error_text_from_code

from admin.sheets.values import Fault, Trouble
from admin.sheets.xlsx_parts import Survey

ODD_FILES = (xlrd.XLRDError, struct.error, IndexError, KeyError, ValueError, AssertionError)
"""What xlrd raises for files that spreadsheets open nevertheless."""


def surveys(path: Path) -> dict[str, Survey]:
    """Name of a worksheet → what it says; empty for a file that xlrd cannot read."""
    try:
        with xlrd.open_workbook(
            str(path), logfile=io.StringIO(), on_demand=True, ragged_rows=True, formatting_info=True
        ) as book:
            return {name: _survey(book.sheet_by_name(name)) for name in book.sheet_names()}
    except ODD_FILES:
        return {}


def _survey(sheet: xlrd.sheet.Sheet) -> Survey:
    found = Survey(rows=sheet.nrows, columns=sheet.ncols)
    found.hidden_rows = {row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden}
    found.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    found.faults = {
        row + 1: {
            column: Fault(Trouble.ERROR, _text(sheet.cell_value(row, column)))
            for column, kind in enumerate(sheet.row_types(row))
            if kind == XL_CELL_ERROR
        }
        for row in range(sheet.nrows)
        if XL_CELL_ERROR in sheet.row_types(row)
    }
    return found


def _text(code: int) -> str:
    return str(error_text_from_code.get(code, "#N/A"))
