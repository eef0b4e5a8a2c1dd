"""Reads a report back: its figures, the text of its document, the tables of its workbook."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

PERIOD = "2021-Q2"
Told = Callable[..., Any]
Row = dict[str, Any]


def figures_of(folder: Path) -> dict[str, Any]:
    """`so-lieu.json`."""
    found: dict[str, Any] = json.loads((folder / "so-lieu.json").read_text("utf-8"))
    return found


def lines_of(folder: Path) -> list[str]:
    """Every paragraph of the document, those in tables too, in reading order."""
    document = Document(str(folder / "bao-cao.docx"))
    return [one.text for one in _paragraphs(document.iter_inner_content()) if one.text.strip()]


def _paragraphs(content: Iterator[Paragraph | Table]) -> Iterator[Paragraph]:
    for one in content:
        if isinstance(one, Paragraph):
            yield one
        else:
            for row in one.rows:
                for cell in row.cells:
                    yield from _paragraphs(cell.iter_inner_content())


def tables_of(folder: Path) -> list[list[list[str]]]:
    """The tables of the document as texts."""
    document = Document(str(folder / "bao-cao.docx"))
    return [[[cell.text for cell in row.cells] for row in one.rows] for one in document.tables]


def sheets_of(folder: Path) -> dict[str, list[Row]]:
    """Sheet → its rows by heading."""
    book = load_workbook(folder / "phu-luc.xlsx")
    return {sheet.title: list(_rows(sheet)) for sheet in book.worksheets}


def _rows(sheet: Worksheet) -> Iterator[Row]:
    lines = list(sheet.iter_rows(min_row=5, values_only=True))
    heads = [str(one) for one in lines[0]]
    for line in lines[1:]:
        if any(value is not None for value in line):
            yield dict(zip(heads, line, strict=True))


def leaves(value: object) -> Iterator[str]:
    """Every text in nested lists and mappings."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value
