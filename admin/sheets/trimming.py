"""Copies a sheet without stray cells at its far end.

An accidental key press may leave a blank in XFD1048576. Reading needs memory for every cell
up to the last one, so the copy keeps only the table.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from admin.sheets.xlsx_parts import Survey, elements, number_of
from surveys.errors import Refusal

MOST_PLACES = 30_000_000
SURELY_FINE = 2_000_000
GAP = 10_000
"""A table ends after this many empty rows."""
WIDEST = 512
"""Columns beyond this one belong to no table."""
_STRINGS = "xl/sharedStrings.xml"


def is_sparse(survey: Survey) -> bool:
    """Whether most cells between the first and the last one are empty."""
    return survey.area > SURELY_FINE and survey.area > 3 * survey.cells


def require_room(path: Path, survey: Survey) -> None:
    """Raises Refusal `sheets.too_large` for more cells than fit in memory."""
    if survey.area > MOST_PLACES:
        raise Refusal("sheets.too_many_cells", file=path.name, count=survey.area, most=MOST_PLACES)


def write_trimmed(path: Path, part: str, target: Path) -> Survey:
    """Copy a workbook to `target` without the stray blanks of one of its sheets; returns the extent
    of the cells in the copy.

    Raises Refusal `sheets.stray_cell` if such a distant cell has a value.
    """
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(target, "w") as copy:
        tree = etree.parse(package.open(part), _parser())
        left = Survey()
        strays = list(_take_out(tree, left))
        _require_blank(path, package, strays)
        for name in package.namelist():
            if name != part:
                copy.writestr(name, package.read(name))
        copy.writestr(part, etree.tostring(tree))
    return left


def _parser() -> Any:  # noqa: ANN401 - lxml brings no types
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _take_out(tree: Any, left: Survey) -> Iterator[Any]:  # noqa: ANN401
    """Remove the cells far from the table, and yield each of them."""
    last = 0
    for row in list(tree.iter("{*}row")):
        number = int(row.get("r", last + 1))
        is_far = number - last > GAP
        for cell in list(row):
            name = re.sub(r"\d+", "", cell.get("r", ""))
            column = number_of(name)
            if is_far or column > WIDEST:
                row.remove(cell)
                yield cell
            else:
                left.cells += 1
                left.columns = max(left.columns, column)
        if is_far:
            row.getparent().remove(row)
        else:
            last = left.rows = number
    for dimension in tree.iter("{*}dimension"):
        dimension.getparent().remove(dimension)


def _require_blank(path: Path, package: zipfile.ZipFile, strays: list[Any]) -> None:
    wanted = {_text(cell, "v") for cell in strays if cell.get("t") == "s"}
    strings: dict[str, str] = {}
    if wanted and _STRINGS in package.namelist():
        with package.open(_STRINGS) as stream:
            for index, item in enumerate(elements(stream, "{*}si")):
                if str(index) in wanted:
                    strings[str(index)] = "".join(item.itertext())
    for cell in strays:
        shared = strings.get(_text(cell, "v"), "")
        shown = shared if cell.get("t") == "s" else "".join(cell.itertext())
        if shown.strip():
            raise Refusal(
                "sheets.stray_cell", file=path.name, cell=cell.get("r"), value=shown.strip()[:40]
            )


def _text(cell: Any, tag: str) -> str:  # noqa: ANN401
    found = cell.find(f"{{*}}{tag}")
    return "" if found is None else found.text or ""
