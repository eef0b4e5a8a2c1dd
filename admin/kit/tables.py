"""Prints tables on the terminal: codes and figures stay whole, texts wrap, empty columns go."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from admin.kit.texts import Texts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    Cell: TypeAlias = str | Text

Row = Mapping[str, object]
WIDTH_OF_A_FILE = 200
"""The width if standard output is not a terminal and `COLUMNS` is not set."""
NARROWEST_TEXT = 12
LONGEST_WORD = 32
"""A text column is not made narrower than 12 columns or its longest word; words longer than 32 (an
address, a hash) are folded."""


class Kind(StrEnum):
    """How a column behaves on a narrow terminal."""

    TEXT = "text"
    """Wraps between words; numbers in it are right-aligned."""
    CODE = "code"
    """Never wrapped or cut: people copy it into the next command."""
    FIGURE = "figure"
    """A formatted number: right-aligned, never wrapped or cut."""
    PERCENT = "percent"
    """A decimal, shown with one digit after the comma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a result: the key programs see, the title people see.

    An `optional` column is left out if the terminal is too narrow for it.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for people. The last row is a total if `last_is_total` is set."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    title_style: str = ""
    last_is_total: bool = False


def _is_file() -> bool:
    """Whether the output is not a terminal, and colours are not requested."""
    return not (sys.stdout.isatty() or {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys())


def _room() -> int:
    """The columns of standard output."""
    columns = os.environ.get("COLUMNS", "")
    if _is_file():
        return int(columns) if columns.isdigit() else WIDTH_OF_A_FILE
    return console().width


def console() -> "Console":
    """Standard output; very wide if it is not a terminal, since files need no wrapping."""
    from rich.console import Console

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, highlight=False, width=None if watched else WIDTH_OF_A_FILE)


def print_table(texts: Texts, table: Table) -> None:
    """Print a table on standard output, wider than the terminal if its codes need it."""
    room = _room()
    columns, lines = _fit_columns(texts, table, room)
    widths, padding = _lay_out(columns, lines, room)
    right = [_is_right(table, column) for column in columns]
    laid = Layout(table=table, lines=lines, widths=widths, right=right, padding=padding)
    if _is_file() and laid.is_plain:
        sys.stdout.write(plain_text(laid))
    else:
        draw(laid, room)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table ready to be printed: its lines, the header first, and where everything goes."""

    table: Table
    lines: Sequence[Sequence["Cell"]]
    widths: Sequence[int]
    right: Sequence[bool]
    padding: int

    @property
    def width(self) -> int:
        """Of the whole table."""
        return _total(self.widths, self.padding)

    @property
    def is_plain(self) -> bool:
        """Whether every cell is one line of letters that fits, as in a file nearly always."""
        fits = _is_line(self.table.title) and _length(self.table.title) <= self.width
        cells = (zip(line, self.widths, strict=True) for line in self.lines)
        return bool(self.widths) and fits and all(_fits(*cell) for line in cells for cell in line)


def plain_text(laid: Layout) -> str:
    """What `draw` prints where there are no colours and nothing wraps, without loading rich."""
    blank, between = " " * laid.width, " " * (1 + 2 * laid.padding)
    title = [_padded(laid.table.title, laid.width)] if laid.table.title else []
    header, *rows = (
        f" {between.join(map(_padded, map(_plain, line), laid.widths, laid.right))} "
        for line in laid.lines
    )
    if laid.table.last_is_total and len(rows) > 1:
        rows.insert(-1, blank)
    rule = f" {'─' * (laid.width - 2)} "
    return "\n".join([*title, blank, header, rule, *rows, blank, ""])


def draw(laid: Layout, room: int) -> None:
    """Print it with rich: wrapped, in colours where standard output is a terminal."""
    from rich import box
    from rich.table import Table as Drawing
    from rich.text import Text

    table = laid.table
    drawing = Drawing(
        title=Text(table.title, style=table.title_style) if table.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, laid.padding),
    )
    header, *rows = [[Text(c) if isinstance(c, str) else c for c in line] for line in laid.lines]
    for title, width, right in zip(header, laid.widths, laid.right, strict=True):
        side: Literal["right", "left"] = "right" if right else "left"
        drawing.add_column(title, justify=side, width=width, overflow="fold")
    for place, row in enumerate(rows, 1):
        drawing.add_row(*row, end_section=table.last_is_total and place == len(rows) - 1)
    out = console()
    out.width = max(room, laid.width)
    out.print(drawing)


def print_line(text: str, style: str) -> None:
    """Print a line in a rich style on standard output."""
    from rich.text import Text

    console().print(Text(text, style=style))


def written(texts: Texts, value: object, kind: Kind = Kind.TEXT) -> str:
    """One value for people; an unknown value is an empty cell."""
    if value is None:
        return ""
    if kind is Kind.PERCENT and isinstance(value, Decimal):
        return texts.percent(value)
    return str(texts.shown(value))


def _fit_columns(texts: Texts, table: Table, room: int) -> tuple[list[Column], list[list["Cell"]]]:
    """The columns to print, and their cells row by row, the header first."""
    shown = [column for column in table.columns if not table.rows or _has_values(table, column)]
    lines: list[list[Cell]] = [
        [column.title for column in shown],
        *(
            [_cell(texts, row.get(column.key), column.kind) for column in shown]
            for row in table.rows
        ),
    ]
    if _total([_narrowest(column, cells) for column, cells in _by_column(shown, lines)], 0) > room:
        kept = [place for place, column in enumerate(shown) if not column.optional]
        shown = [shown[place] for place in kept]
        lines = [[line[place] for place in kept] for line in lines]
    return shown, lines


def _lay_out(
    columns: Sequence[Column], lines: Sequence[Sequence["Cell"]], room: int
) -> tuple[list[int], int]:
    """The width of each column, and the padding on both sides of a cell.

    The widest text column shrinks first, until every one has its minimum width.
    """
    by_column = _by_column(columns, lines)
    widths = [max(_width(cell) for cell in cells) for _, cells in by_column]
    if _total(widths, 1) <= room:
        return widths, 1
    narrowest = [_narrowest(column, cells) for column, cells in by_column]
    while _total(widths, 0) > room:
        places = [place for place, width in enumerate(widths) if width > narrowest[place]]
        if not places:
            break
        widths[max(places, key=lambda place: widths[place])] -= 1
    return widths, 0


def _by_column(
    columns: Sequence[Column], lines: Sequence[Sequence["Cell"]]
) -> list[tuple[Column, tuple["Cell", ...]]]:
    return list(zip(columns, zip(*lines, strict=True), strict=True))


def _total(widths: Sequence[int], padding: int) -> int:
    """The width of the whole table: a border on both sides, and one between two cells."""
    between = max(len(widths) - 1, 0)
    return 2 + sum(widths) + between * (1 + 2 * padding)


def _narrowest(column: Column, cells: Sequence["Cell"]) -> int:
    if column.kind is Kind.TEXT:
        words = (word for cell in cells for word in _plain(cell).split())
        longest = max(map(_length, words), default=0)
        return max(min(longest, LONGEST_WORD), min(NARROWEST_TEXT, max(map(_width, cells))))
    titled, *values = cells
    return max((*map(_length, _plain(titled).split()), *map(_width, values)), default=0)


def _width(cell: "Cell") -> int:
    return max(map(_length, _plain(cell).splitlines()), default=0)


def _length(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _plain(cell: "Cell") -> str:
    return cell if isinstance(cell, str) else cell.plain


def _fits(cell: "Cell", width: int) -> bool:
    return isinstance(cell, str) and _is_line(cell) and _length(cell) <= width


def _is_line(text: str) -> bool:
    return text.isprintable() and text == text.strip()


def _padded(text: str, width: int, right: bool = False) -> str:  # noqa: FBT001, FBT002 - for map
    room = " " * (width - _length(text))
    return room + text if right else text + room


def _cell(texts: Texts, value: object, kind: Kind) -> "Cell":
    styled = type(value).__module__ == "rich.text"
    return cast("Text", value) if styled else written(texts, value, kind)


def _is_right(table: Table, column: Column) -> bool:
    return column.kind in {Kind.FIGURE, Kind.PERCENT} or _has_numbers(table, column)


def _has_values(table: Table, column: Column) -> bool:
    return any(not _is_empty(row.get(column.key)) for row in table.rows)


def _is_empty(value: object) -> bool:
    return value is None or value == ""


def _has_numbers(table: Table, column: Column) -> bool:
    return any(_is_number(row.get(column.key)) for row in table.rows)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
