"""Reads the metadata of ODS sheets: the expanded size, cells with errors or formulas without a
stored result, hidden rows.

calamine reads the values; it takes an error for an empty cell, and one cell may declare a million
repetitions.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from admin.sheets.page import Merge
from admin.sheets.trimming import MOST_PLACES, WIDEST
from admin.sheets.values import ERRORS, Fault, Trouble
from admin.sheets.xlsx_parts import FORMULA_SHOWN, Survey, elements
from surveys.errors import Refusal

Cell = tuple[Mapping[str, str], Any]
MOST_FAULTS = 2_000_000
"""They are kept in memory; a file with more is one of repetitions, no table."""


def surveys(path: Path) -> dict[str, Survey]:
    """Name of a worksheet → its metadata.

    Raises Refusal `sheets.too_many_cells` for repetitions that do not fit in memory.
    """
    found: dict[str, Survey] = {}
    places = count = 0
    with zipfile.ZipFile(path) as package, package.open("content.xml") as stream:
        for row in elements(stream, "{*}table-row"):
            own, cells = _attributes(row), [(_attributes(cell), cell) for cell in row]
            times, faults, filled = _times(own, "rows"), dict(_faults(cells)), _filled(cells)
            places += filled * times
            count += len(faults) * times
            _require_room(path, places, MOST_PLACES)
            _require_room(path, count, MOST_FAULTS)
            is_hidden = filled > 0 and own.get("visibility") in ("collapse", "filter")
            survey = found.setdefault(_table_name(row), Survey())
            survey.merges += _merges(survey.rows + 1, cells)
            _add(survey, times, faults, is_hidden=is_hidden)
    return found


def _require_room(path: Path, count: int, most: int) -> None:
    if count > most:
        raise Refusal("sheets.too_many_cells", file=path.name, count=count, most=most)


def _add(survey: Survey, times: int, faults: dict[int, Fault], *, is_hidden: bool) -> None:
    """Add a row, which may be repeated."""
    numbers = range(survey.rows + 1, survey.rows + times + 1)
    survey.rows += times
    if faults:
        survey.faults.update(dict.fromkeys(numbers, faults))
    if is_hidden:
        survey.hidden_rows.update(numbers)


def _table_name(row: etree._Element) -> str:
    return next((_attributes(table).get("name", "") for table in row.iterancestors("{*}table")), "")


def _filled(cells: Iterable[Cell]) -> int:
    """The number of places up to the last filled cell."""
    width = filled = 0
    for own, cell in cells:
        width += _times(own, "columns")
        filled = width if len(cell) or "value-type" in own else filled
    return filled


def _merges(number: int, cells: Iterable[Cell]) -> Iterator[Merge]:
    """The cells of row `number` that cover others."""
    column = 0
    for own, _ in cells:
        down, across = _times(own, "rows", "spanned"), _times(own, "columns", "spanned")
        if down > 1 or across > 1:
            yield number, column, number + down - 1, column + across - 1
        column += _times(own, "columns")


def _faults(cells: Iterable[Cell]) -> Iterator[tuple[int, Fault]]:
    column = 0
    for own, cell in cells:
        times = _times(own, "columns")
        if fault := _fault(own, cell):
            yield from ((place, fault) for place in range(column, min(column + times, WIDEST)))
        column += times


def _fault(own: Mapping[str, str], cell: etree._Element) -> Fault | None:
    kind, formula = own.get("value-type"), own.get("formula")
    if kind != "error" and not formula:
        return None
    text = "".join("".join(part.itertext()) for part in cell.iterchildren("{*}p")).strip()
    if kind == "error":
        return Fault(Trouble.ERROR, text or "#N/A")
    if ERRORS.fullmatch(text) and text.strip("#"):
        return Fault(Trouble.ERROR, text)
    if formula and not kind and not text:
        return Fault(Trouble.UNCOMPUTED, formula[formula.find("=") :][:FORMULA_SHOWN])
    return None


def _times(own: Mapping[str, str], what: str, how: str = "repeated") -> int:
    value = own.get(f"number-{what}-{how}", "")
    return int(value) if value.isascii() and value.isdigit() else 1


def _attributes(element: etree._Element) -> dict[str, str]:
    """The attributes by name. calamine goes by the prefix, so a namespace proves nothing; of two
    types of a cell, the one of LibreOffice (`error`) sorts last and wins."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in sorted(element.items())}
