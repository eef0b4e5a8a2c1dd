"""Reads the metadata of XLSX sheets: cells with errors or formulas without a stored result, rows
hidden by a filter, and the extent of the cells.

calamine reads the values; it reports none of this and needs memory for every cell between the
first and the last one.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree

from admin.sheets.page import Merge
from admin.sheets.values import Fault, Trouble

PIECE = 4 << 20
_PLACE = re.compile(rb""" r=["']([A-Z]{0,3})(\d{1,7})["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b(?=[^>]* hidden=["'](?:1|true)["'])[^>]*>""")
_TROUBLE = (b'"e"', b"'e'", b"<f", b":f")
_SPACES = bytes.maketrans(b"\t\r\n", b"   ")
_EQUALS = re.compile(rb" *= *")
FORMULA_SHOWN = 60


@dataclass(slots=True, kw_only=True)
class Survey:
    """The metadata of one sheet. Rows count from 1, columns from 0."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    """The extent of the cells, and an estimate of their number."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    faults: dict[int, Mapping[int, Fault]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    """In ODS only: calamine reports those of the other kinds."""

    @property
    def area(self) -> int:
        """The number of cells between A1 and the last one."""
        return self.rows * self.columns


def sheet_parts(path: Path) -> dict[str, str]:
    """Name of a worksheet → its part in the package."""
    with zipfile.ZipFile(path) as package:
        book = next((n for n in package.namelist() if n.lower() == "xl/workbook.xml"), None)
        if book is None:
            return {}
        targets = {
            link.get("Id"): posixpath.normpath(posixpath.join("xl", link.get("Target").lstrip("/")))
            for link in _elements(package, "xl/_rels/workbook.xml.rels", "{*}Relationship")
        }
        found = {}
        for sheet in _elements(package, book, "{*}sheet"):
            target = targets.get(next((v for k, v in sheet.items() if k.endswith("}id")), None))
            part = target.removeprefix("xl/xl/") if target else ""
            found[sheet.get("name")] = part if part.startswith("xl/") else f"xl/{part}"
    return found


def survey(path: Path, part: str) -> Survey:
    """Scan a sheet's XML: fast over all of it, cell by cell only if it has formulas or errors."""
    found = Survey()
    troubled = False
    with zipfile.ZipFile(path) as package:
        if part not in package.namelist():
            return found
        with package.open(part) as stream:
            for piece in _pieces(stream):
                plain = _plain(piece)
                _measure(plain, found)
                troubled = troubled or any(sign in plain for sign in _TROUBLE)
        with package.open(part) as stream:
            found.hidden_columns = _hidden_columns(stream)
        if troubled:
            with package.open(part) as stream:
                found.faults = _faults(stream)
    return found


def elements(stream: IO[bytes], *tags: str) -> Iterator[Any]:
    """Yield the elements of a document as they end, and clear each one afterwards.

    Nothing outside the document is read; no entity is expanded.
    """
    reading = etree.iterparse(
        stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for _, element in reading:
        yield element
        element.clear(keep_tail=False)
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _elements(package: zipfile.ZipFile, part: str, tag: str) -> Iterator[Any]:
    with package.open(part) as stream:
        yield from elements(stream, tag)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The document in chunks that do not split a tag."""
    rest = b""
    while read := stream.read(PIECE):
        whole, sign, begun = (rest + read).rpartition(b"<")
        yield whole
        rest = sign + begun
    yield rest


def _plain(piece: bytes) -> bytes:
    """Normalize the notation of an attribute, so that a fast search finds it."""
    piece = piece.translate(_SPACES)
    return _EQUALS.sub(b"=", piece) if b" =" in piece or b"= " in piece else piece


def _measure(piece: bytes, found: Survey) -> None:
    places = _PLACE.findall(piece)
    found.cells += len(places)
    for name in {name for name, _ in places}:
        found.columns = max(found.columns, number_of(name.decode()))
    found.rows = max([found.rows, *(int(number) for number in {n for _, n in places})])
    for row in _HIDDEN_ROW.findall(piece) if b" hidden=" in piece else ():
        if place := _PLACE.search(row):
            found.hidden_rows.add(int(place[2]))


def number_of(name: str) -> int:
    """A column's number from its letters, from 1; 0 for none."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _hidden_columns(stream: IO[bytes]) -> set[int]:
    """The hidden columns, which the XML lists before the rows."""
    found: set[int] = set()
    for element in elements(stream, "{*}col", "{*}row"):
        if element.tag.endswith("}row"):
            break
        if element.get("hidden") in ("1", "true"):
            first, last = int(element.get("min")), min(int(element.get("max")), 1_000)
            found.update(range(first - 1, last))
    return found


def _faults(stream: IO[bytes]) -> dict[int, Mapping[int, Fault]]:
    found: dict[int, dict[int, Fault]] = {}
    for cell in elements(stream, "{*}c"):
        fault = _fault(cell)
        place = fault and re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
        if fault and place:
            found.setdefault(int(place[2]), {})[number_of(place[1]) - 1] = fault
    return {**found}


def _fault(cell: Any) -> Fault | None:  # noqa: ANN401 - lxml brings no types
    parts = {etree.QName(part).localname: part.text or "" for part in cell}
    value = parts.get("v", "")
    if cell.get("t") == "e":
        return Fault(Trouble.ERROR, value or "#N/A")
    if "f" in parts and not value and cell.get("t") != "str" and "is" not in parts:
        return Fault(Trouble.UNCOMPUTED, f"={parts['f']}"[:FORMULA_SHOWN])
    return None
