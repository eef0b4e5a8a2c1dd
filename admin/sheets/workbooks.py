"""XLSX, XLS and ODS, as the rows a person sees."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveys.errors import Refusal

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(head: bytes) -> bool:
    """Whether a file with these first bytes is a spreadsheet rather than text."""
    return head.startswith((ZIP, OLE))


def worksheets(path: Path) -> "list[CalamineSheet]":
    """The visible worksheets in their order.

    Raises Refusal `sheets.password` or `sheets.no_workbook`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return _visible(CalamineWorkbook.from_path(str(path)))
    except PasswordError:
        raise Refusal("sheets.password", file=path.name) from None
    except CalamineError as error:
        raise Refusal("sheets.no_workbook", file=path.name, reason=str(error)) from None


def _visible(book: "CalamineWorkbook") -> "list[CalamineSheet]":
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        book.get_sheet_by_name(sheet.name)
        for sheet in book.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    ]


def numbered_rows(sheet: "CalamineSheet") -> Iterator[tuple[int, list[Any]]]:
    """Every row with its number as the spreadsheet shows it; empty rows are left out."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if any(cell not in ("", None) for cell in cells):
            yield number, cells
