"""Checks the expanded size of an ODS: one cell may declare a million repetitions."""

import zipfile
from pathlib import Path

from lxml import etree

from admin.sheets.trimming import MOST_PLACES
from admin.sheets.xlsx_parts import elements
from surveys.errors import Refusal


def require_room(path: Path) -> None:
    """Raises Refusal `sheets.too_many_cells` for repetitions that do not fit in memory."""
    places = 0
    with zipfile.ZipFile(path) as package, package.open("content.xml") as stream:
        for row in elements(stream, "{*}table-row"):
            width = filled = 0
            for cell in row:
                times = _times(cell, "columns")
                width += times
                filled = width if len(cell) or _value(cell) else filled
            places += filled * _times(row, "rows")
            if places > MOST_PLACES:
                raise Refusal(
                    "sheets.too_many_cells", file=path.name, count=places, most=MOST_PLACES
                )


def _times(element: etree._Element, what: str) -> int:
    for name, value in element.items():
        if name.endswith(f"}}number-{what}-repeated") and value.isdigit():
            return int(value)
    return 1


def _value(cell: etree._Element) -> bool:
    return any(name.endswith("}value-type") for name, _ in cell.items())
