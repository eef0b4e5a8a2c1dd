"""Reads a table from a file: finds its header, then reads row by row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from admin.sheets.columns import (
    DEEPEST,
    HEADER_WITHIN,
    ColumnSpec,
    Header,
    Mapped,
    find_header,
    match,
    no_header,
)
from admin.sheets.kinds import Kind
from admin.sheets.mapping import Meanings
from admin.sheets.merged import fill_down
from admin.sheets.page import Page
from admin.sheets.pages import read_pages
from admin.sheets.passed import is_passed_over
from admin.sheets.values import Cleaner, Fault, Numbered, Trouble, address, cleaned
from surveys.errors import Refusal

NAMED = 8
"""The most worksheets named in a message."""


class Row(NamedTuple):
    """One row: its number as shown by the program that opens the file, its raw cells, and the
    values by column: our names for known columns, the file's headers for the others.

    Empty cells are None; whole numbers of spreadsheets are text without `.0`.
    """

    number: int
    cells: Sequence[Any]
    values: dict[str, Any]
    places: Mapping[str, int] = {}
    sheet: str = ""
    """The worksheet's name, if several are read."""

    @property
    def place(self) -> str:
        """The row in messages: its number, with its worksheet if there are several."""
        return f"{self.number} ({self.sheet})" if self.sheet else str(self.number)

    def cell(self, column: str) -> str:
        """The address of the cell in a column: G3; with its worksheet if there are several."""
        place = self.places.get(column)
        found = str(self.number) if place is None else address(self.number, place)
        return f"{found} ({self.sheet})" if self.sheet else found


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of filled, empty and faulty cells of the rows read so far, by column."""

    rows: int = 0
    hidden: int = 0
    """Rows hidden by a filter or a person; they are read nevertheless."""
    empty: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    uncomputed: Counter[str] = field(default_factory=Counter)
    merged: Counter[str] = field(default_factory=Counter)
    passed_over: list[str] = field(default_factory=list)
    """Lines that are not rows of data: headings, sums, signatures."""

    def count(self, values: Mapping[str, object]) -> None:
        """Count one row."""
        self.rows += 1
        for name, value in values.items():
            if type(value) is str:
                continue
            if value is None:
                self.empty[name] += 1
            elif isinstance(value, Fault):
                found = self.errors if value.trouble is Trouble.ERROR else self.uncomputed
                found[name] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One worksheet of the table."""

    page: Page
    header: Header
    required: Sequence[str]
    """The columns that every row needs."""
    label: str = ""
    """The worksheet's name, if several are read."""

    def rows(self, tally: Tally) -> Iterator[Row]:
        """The non-empty rows of data below the header."""
        places = {**self.header.unknown, **self.header.known}
        names = {place: name for name, place in places.items()}
        first, clean = self.header.number, Cleaner(places)
        for number, cells in fill_down(self.page, first, names, tally.merged):
            row = Row(number, cells, clean.values(cells), places, self.label)
            if all(value is None for value in row.values.values()):
                continue
            if is_passed_over(row.cells, row.values, self.header, self.required):
                tally.passed_over.append(row.place)
                continue
            tally.count(row.values)
            tally.hidden += number in self.page.hidden_rows
            yield row


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file with its header recognized. Iterating yields the non-empty rows below it, and can be
    repeated."""

    path: Path
    kind: Kind
    parts: Sequence[Part]
    delimiter: str = ","
    writing: str = ""
    """The legacy encoding that was converted; empty for Unicode."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    """Statuses and units from a mapping: the file's word → ours."""
    unread: tuple[str, ...] = ()
    """Non-empty worksheets of the same file that are not read; of the hidden ones, those that have
    the table."""
    used: set[str] = field(default_factory=set)
    """Headers of unknown columns that the importer reads nevertheless."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    """Worksheet → the counts of its last reading."""

    def __iter__(self) -> Iterator[Row]:
        for part in self.parts:
            self.tallies[part.page.name] = tally = Tally()
            yield from part.rows(tally)

    def __contains__(self, column: str) -> bool:
        """Whether the file has the column with our name."""
        return any(column in part.header.known for part in self.parts)

    @property
    def header(self) -> Header:
        """The header of the first worksheet that is read."""
        return self.parts[0].header

    @property
    def name(self) -> str:
        """The worksheets that are read; empty for a text file."""
        return ", ".join(part.page.name for part in self.parts)

    @property
    def estimate(self) -> int:
        """An estimate of the number of rows."""
        return sum(part.page.estimate for part in self.parts)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Our columns that the file has."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.header.known))

    @cached_property
    def widths(self) -> Mapping[str, int]:
        """The number of titled columns, by the label of the rows' worksheet."""
        return {part.label: len(part.header.titles) for part in self.parts}

    def pass_over(self, row: Row) -> None:
        """Count a row, of those just read, as no row of data."""
        tally = next(reversed(self.tallies.values()))
        tally.rows -= 1
        tally.passed_over.append(row.place)

    def require_single(self, titles: Iterable[str]) -> None:
        """Raises Refusal `sheets.column_twice` if one of these titles occurs twice."""
        wanted = list(titles)
        for part in self.parts:
            part.header.require_single(wanted, self.path.name)

    def title_of(self, column: str) -> str:
        """The file's header for one of our columns; our name if the file has none."""
        for part in self.parts:
            if (place := part.header.known.get(column)) is not None:
                return part.header.titles[place]
        return column

    @property
    def others(self) -> tuple[str, ...]:
        """The headers of unknown columns, in their order."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.header.unknown))


def read_sheet(
    path: Path,
    columns: Sequence[ColumnSpec],
    meanings: Meanings | None = None,
    *,
    all_sheets: bool = False,
    sheet: str | None = None,
) -> Sheet:
    """Open a file of any kind (detected by its content) and find the header.

    In a workbook with the table on several sheets, `all_sheets` reads them all, `sheet` one.

    Raises OSError for a file that cannot be read, and Refusal `sheets.empty`, `.column_missing`
    (which, where, and what was found), `.column_twice`, `.several_tables`, `.no_sheet`,
    `.has_no_sheets`, `.only_hidden`, or one of those that `read_pages` raises.
    """
    said = meanings or Meanings()
    known = said.columns

    def rate(rows: Sequence[Numbered]) -> int:
        return max((len(match(cells, columns, known)) for _, cells in rows), default=0)

    read = read_pages(path, rate, sheet)
    hidden = [page.name for page in read.hidden if _has_table(page, columns, known)]
    if hidden and sheet is None and not any(_has_table(p, columns, known) for p in read.pages):
        raise Refusal("sheets.only_hidden", file=path.name, names=_listed(hidden))
    parts = _parts(path, _chosen(path, read.pages, sheet), columns, known)
    if len(parts) > 1 and not all_sheets:
        names = _listed([part.page.name for part in parts])
        raise Refusal("sheets.several_tables", file=path.name, names=names, count=len(parts))
    taken = {part.page.name for part in parts}
    return Sheet(
        path=path,
        kind=read.kind,
        parts=parts,
        delimiter=read.delimiter,
        writing=read.writing,
        statuses=said.statuses,
        units=said.units,
        unread=(
            *(page.name for page in read.pages if page.name not in taken and page.estimate),
            *hidden,
        ),
    )


def _chosen(path: Path, pages: Sequence[Page], sheet: str | None) -> list[Page]:
    """The worksheets to look at: that with the name wanted, else all."""
    chosen = [page for page in pages if sheet in (None, page.name)]
    if chosen:
        return chosen
    names = _listed([page.name for page in pages if page.name])
    if not names:
        raise Refusal("sheets.has_no_sheets", file=path.name)
    raise Refusal("sheets.no_sheet", file=path.name, sheet=sheet, names=names)


def _has_table(page: Page, columns: Sequence[ColumnSpec], mapping: Mapped) -> bool:
    first = list(islice(page.rows(), HEADER_WITHIN + DEEPEST + 1))
    return find_header(first, columns, mapping, page.merges) is not None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _parts(
    path: Path, pages: Sequence[Page], columns: Sequence[ColumnSpec], mapping: Mapped
) -> list[Part]:
    """The pages that have the table; pages without rows below the header only if there is no
    other."""
    found: list[Part] = []
    heads: list[list[Numbered]] = []
    half: list[Refusal] = []
    for page in pages:
        first = list(islice(page.rows(), HEADER_WITHIN + DEEPEST + 1))
        header = find_header(first, columns, mapping, page.merges)
        if header is not None:
            required = [column.name for column in columns if column.required]
            found.append(Part(page=page, header=header, required=required))
        elif _is_half(first, columns, mapping):
            half.append(no_header(f"{path.name}, {page.name}", first, columns, mapping))
        heads.append(first)
    if not found:
        raise _headless(path, heads, columns, mapping)
    if half:
        raise half[0]
    filled = [part for part in found if any(True for _ in part.rows(Tally()))] or found[:1]
    for part in filled:
        titles = [part.header.titles[place] for place in part.header.known.values()]
        part.header.require_single(titles, path.name)
    return filled if len(filled) == 1 else [_labelled(part) for part in filled]


def _is_half(first: Sequence[Numbered], columns: Sequence[ColumnSpec], mapping: Mapped) -> bool:
    """Whether a sheet looks like the table and lacks a column: left out, it would be half a file
    that looks done."""
    names = [match(cells, columns, mapping).keys() for _, cells in first]
    wanted = {column.name for column in columns if column.required}
    return any(len(found) >= _HALF and found & wanted for found in names)


_HALF = 4


def _labelled(part: Part) -> Part:
    label = part.page.name
    return Part(page=part.page, header=part.header, required=part.required, label=label)


def _headless(
    path: Path, heads: Sequence[Sequence[Numbered]], columns: Sequence[ColumnSpec], known: Mapped
) -> Refusal:
    """The refusal if no sheet has the table; it describes the first non-empty sheet."""
    for rows in heads:
        filled = [row for row in rows if any(cleaned(cell) is not None for cell in row[1])]
        if filled:
            return no_header(path.name, filled, columns, known)
    return Refusal("sheets.empty", file=path.name)
