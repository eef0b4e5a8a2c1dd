"""Reading the files offices have: CSV in any Unicode, XLSX, XLS, ODS, by people's own headers."""

from admin.sheets.columns import ColumnSpec
from admin.sheets.mapping import read_mapping
from admin.sheets.rejects import MARKS, Rejects, is_replaceable
from admin.sheets.sheet import Row, Sheet, read_sheet

__all__ = [
    "MARKS",
    "ColumnSpec",
    "Rejects",
    "Row",
    "Sheet",
    "is_replaceable",
    "read_mapping",
    "read_sheet",
]
