"""Reads the files offices have, by the offices' own headers: CSV in old and new encodings, XLSX,
XLS, ODS, and HTML and XML named XLS."""

from admin.sheets.columns import ColumnSpec
from admin.sheets.mapping import Meanings, meanings_of, read_mapping
from admin.sheets.rejects import MARKS, Rejects, is_replaceable, suffix_of
from admin.sheets.sheet import Row, Sheet, Tally, read_sheet
from admin.sheets.values import Fault, Trouble

__all__ = [
    "MARKS",
    "ColumnSpec",
    "Fault",
    "Meanings",
    "Rejects",
    "Row",
    "Sheet",
    "Tally",
    "Trouble",
    "is_replaceable",
    "meanings_of",
    "read_mapping",
    "read_sheet",
    "suffix_of",
]
