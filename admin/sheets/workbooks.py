"""Reads XLSX, XLS and ODS as the rows a person sees."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from admin.sheets import archives, opendocument, trimming, xls_parts, xlsx_parts
from admin.sheets.kinds import Kind
from admin.sheets.page import Merge, Page
from admin.sheets.values import Facts, Fault, Numbered
from admin.sheets.xlsx_parts import Survey
from surveys.errors import Refusal


def pages(path: Path, kind: Kind) -> list[Page]:
    """Read the worksheets in their order; a hidden one that cannot be read is left out.

    Raises Refusal `sheets.password`, `.no_workbook`, `.cut`, `.too_large`, `.too_many_cells` or
    `.stray_cell`.
    """
    try:
        if kind is Kind.XLSX:
            return _of_xlsx(path)
        if kind is Kind.ODS:
            archives.require_safe(path)
        parts = xls_parts if kind is Kind.OLE else opendocument
        found = parts.surveys(path)
        return [
            replace(_page(sheet, found.get(sheet.name, Survey())), is_hidden=is_hidden)
            for sheet, is_hidden in _sheets(path)
        ]
    except PasswordError:
        raise Refusal("sheets.password", file=path.name) from None
    except (CalamineError, etree.XMLSyntaxError) as error:
        raise Refusal("sheets.no_workbook", file=path.name, reason=str(error)) from None


def _of_xlsx(path: Path) -> list[Page]:
    archives.require_safe(path)
    book = CalamineWorkbook.from_path(str(path))
    parts = xlsx_parts.sheet_parts(path)
    found = []
    for name, is_hidden in _names(book):
        with suppress(*(Refusal,) if is_hidden else ()):
            page = _read(path, book, name, parts.get(name, ""))
            found.append(replace(page, is_hidden=is_hidden))
    return found


def _read(path: Path, book: CalamineWorkbook, name: str, part: str) -> Page:
    """Read one sheet; from a trimmed copy if a stray cell would need gigabytes of memory."""
    found = xlsx_parts.survey(path, part)
    if not trimming.is_sparse(found):
        trimming.require_room(path, found)
        return _page(book.get_sheet_by_name(name), found)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy.xlsx")
        trimming.require_room(path, trimming.write_trimmed(path, part, copy))
        with CalamineWorkbook.from_path(str(copy)) as trimmed:
            return _page(trimmed.get_sheet_by_name(name), found)


def _sheets(path: Path) -> list[tuple[CalamineSheet, bool]]:
    book = CalamineWorkbook.from_path(str(path))
    return [(book.get_sheet_by_name(name), is_hidden) for name, is_hidden in _names(book)]


def _names(book: CalamineWorkbook) -> list[tuple[str, bool]]:
    """The name of each worksheet, and whether it is hidden."""
    return [
        (sheet.name, sheet.visible is not SheetVisibleEnum.Visible)
        for sheet in book.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet
    ]


def _page(sheet: CalamineSheet, found: Survey) -> Page:
    return Page(
        name=sheet.name,
        rows=partial(_rows, sheet, found.faults),
        estimate=sheet.height,
        hidden_rows=frozenset(found.hidden_rows),
        hidden_columns=frozenset(found.hidden_columns),
        merges=_merges(sheet) or tuple(found.merges),
    )


def _merges(sheet: CalamineSheet) -> tuple[Merge, ...]:
    return tuple(
        (top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )


def _rows(sheet: CalamineSheet, faults: Facts) -> Iterator[Numbered]:
    """Every row from column A on; rows without cells are omitted."""
    before: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
    number = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [*before, *cells] if before else list(cells)
        if number in faults:
            yield number, _with_faults(row, faults[number])
        elif any(cell not in ("", None) for cell in cells):
            yield number, row
    for beyond in sorted(faults):
        if beyond > number:
            yield beyond, _with_faults([], faults[beyond])


def _with_faults(row: list[Any], faults: Mapping[int, Fault]) -> list[Any]:
    row += [""] * (max(faults) + 1 - len(row))
    for column, fault in faults.items():
        row[column] = fault
    return row
