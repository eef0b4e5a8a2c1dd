"""Printable workbooks: titled tables with filters and frozen headers, charts, data sheets.

Rows are written as they come (XlsxWriter's `constant_memory`), so memory does not grow with them.
No text becomes a formula or a link. A table longer than a worksheet continues on the next one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import islice, zip_longest
from textwrap import wrap
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Value = str | int | Decimal | None
MAX_ROWS = 1_048_576
"""Rows of a worksheet, the header included."""
A4 = 9
FONT = "Times New Roman"
PRINTED_INCHES = 10.1
"""The width of a landscape A4 page between its margins, less what programs differ by."""
LINE_POINTS = 15
INDENT = 1
"""Characters that the indent of a text takes."""
HEAD_ROWS = 4
"""Office, title, period and a blank line above the first table of a sheet."""
LISTS = "motcua_lists"
"""The hidden sheet of words to choose from."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    # Widths of columns are in digits of this font: the same wherever the file is opened.
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}


class Look(StrEnum):
    """The format of a column's cells."""

    TEXT = "text"
    COUNT = "count"
    POINTS = "points"
    MEAN = "mean"
    PERCENT = "percent"


NUMBERS = {
    Look.COUNT: "#,##0",
    Look.POINTS: "0.0#",
    Look.MEAN: "0.00",
    Look.PERCENT: "0.0%",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column: its heading, its format, its width in characters."""

    title: str
    look: Look = Look.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """A list of words to choose from, in a column of some rows (from 0, both ends included)."""

    column: int
    first: int
    last: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A table on a sheet; percentages are from 0 to 100. The last `totals` rows are bold."""

    fields: Sequence[Field]
    rows: Iterable[Sequence[Value]]
    title: str = ""
    totals: int = 0
    pickers: Sequence[Picker] = ()
    """Only of a table alone on its sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A native chart of a table on the sheet: categories from one column, one series per column."""

    title: str
    table: int
    categories: int
    values: Sequence[int]
    stacked: bool = False
    rows: tuple[int, int] | None = None
    """The first and the last row of the chart, from 0; None: all but the totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of every sheet; `mark`: that the figures are signed, after the period."""

    office: str
    title: str
    period: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    table: SheetTable
    head: int
    last: int


class WorkbookWriter:
    """A workbook being written to a binary stream; `close` finishes it."""

    def __init__(self, stream: IO[bytes], heading: Heading, language: str) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(stream, OPTIONS)
        self._heading = heading
        self._vietnamese = language == "vi"
        base = {"font_name": FONT, "font_size": 11, "valign": "top"}
        self._formats: dict[tuple[Look, bool], Format] = {}
        for look in Look:
            for bold in (False, True):
                wanted: dict[str, Any] = {**base, "border": 1, "bold": bold}
                text = {"text_wrap": True, "indent": 1}
                wanted |= {"num_format": NUMBERS[look]} if look in NUMBERS else text
                self._formats[look, bold] = self._book.add_format(wanted)
        head = {
            "bold": True,
            "border": 1,
            "text_wrap": True,
            "align": "center",
            "bg_color": "#DDE7F3",
        }
        self._head = self._book.add_format(base | head | {"valign": "vcenter"})
        self._title = self._book.add_format(base | {"bold": True, "font_size": 14})
        self._bold = self._book.add_format(base | {"bold": True})
        self._plain = self._book.add_format(base)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def add_data(self, name: str, keys: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        """Add rows for programs under their keys, in hidden sheets; returns the number of sheets.

        A data sheet is hidden so that the workbook does not open or print with thousands of ids.
        """
        number = 0
        rest = iter(rows)
        for number, chunk in enumerate(_chunks(rest, MAX_ROWS - 1), 1):
            sheet = self._book.add_worksheet(name if number == 1 else f"{name} {number}")
            sheet.write_row(0, 0, keys)
            for place, row in enumerate(chunk, 1):
                for column, value in enumerate(row):
                    _write_plain(sheet, place, column, value)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(keys) - 1, 0), 18)
            sheet.hide()
        return number

    def add_sheet(
        self,
        name: str,
        tables: Sequence[SheetTable],
        charts: Sequence[Chart] = (),
        *,
        title: str = "",
        charts_after: int | None = None,
    ) -> None:
        """Add a sheet to read and to print; a single table gets a filter and a frozen header.

        `title`: that of this sheet, if it is not the workbook's. The charts begin a page of their
        own, below all tables or below the first `charts_after`, which they must be about.
        """
        if len(tables) == 1 and not charts:
            self._add_long(name, tables[0], title)
            return
        sheet = self._new_sheet(name, title)
        placed: list[_Placed] = []
        row, breaks = HEAD_ROWS, list[int]()
        for number, table in enumerate(tables, 1):
            row = self._place(sheet, row, table, placed)
            if charts and number == (charts_after or len(tables)):
                breaks.append(row)
                for chart in charts:
                    row = self._insert(sheet, name, row, chart, placed[chart.table])
                breaks += [row] if number < len(tables) else []
        self._set_widths(sheet, tables)
        if charts:
            # Excel ignores breaks on sheets that are fitted to a page's width.
            sheet.set_print_scale(_scale(tables))
            sheet.set_h_pagebreaks(breaks)

    def _place(self, sheet: "Worksheet", row: int, table: SheetTable, placed: list[_Placed]) -> int:
        """Write a table with its title at a row; returns the row for what comes next."""
        if table.title:
            sheet.write_string(row, 0, table.title, self._bold)
            row += 1
        last = self._write_table(sheet, row, table, iter(table.rows))
        placed.append(_Placed(table=table, head=row, last=last))
        return last + 2

    def activate(self, name: str) -> None:
        """Open the workbook on this sheet."""
        sheet = self._book.get_worksheet_by_name(name)
        sheet.activate()
        sheet.set_first_sheet()

    def _add_long(self, name: str, table: SheetTable, title: str) -> None:
        rows = iter(table.rows)
        room = MAX_ROWS - HEAD_ROWS - 1
        for number, chunk in enumerate(_chunks(rows, room), 1):
            sheet = self._new_sheet(name if number == 1 else f"{name} {number}", title)
            last = self._write_table(sheet, HEAD_ROWS, table, chunk)
            sheet.freeze_panes(HEAD_ROWS + 1, 1)
            sheet.repeat_rows(HEAD_ROWS)
            end = max(last - table.totals, HEAD_ROWS)
            sheet.autofilter(HEAD_ROWS, 0, end, len(table.fields) - 1)
            self._set_widths(sheet, [table])
            if number == 1:
                self._add_pickers(sheet, table.pickers)

    def _add_pickers(self, sheet: "Worksheet", pickers: Sequence[Picker]) -> None:
        """Write the lists to a hidden sheet: within a rule they may have 255 characters only."""
        if not pickers:
            return
        lists = self._book.add_worksheet(LISTS)
        lists.hide()
        places = {words: place for place, words in enumerate({one.words for one in pickers})}
        longest = max(map(len, places))
        for row in range(longest):
            for words, place in places.items():
                if row < len(words):
                    lists.write_string(row, place, words[row])
        for one in pickers:
            place, head = places[one.words], HEAD_ROWS + 1
            column = _column_name(place)
            source = f"={LISTS}!${column}$1:${column}${len(one.words)}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(head + one.first, one.column, head + one.last, one.column, rule)

    def _new_sheet(self, name: str, title: str) -> "Worksheet":
        sheet = self._book.add_worksheet(name)
        heading = self._heading
        sheet.write_string(0, 0, heading.office, self._plain)
        sheet.write_string(1, 0, title or heading.title, self._title)
        below = " – ".join(filter(None, (heading.period, heading.mark)))
        sheet.write_string(2, 0, below, self._plain)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
        sheet.set_footer("&L&A&RTrang &P/&N" if self._vietnamese else "&L&A&RPage &P of &N")
        return sheet

    def _write_table(
        self, sheet: "Worksheet", head: int, table: SheetTable, rows: Iterator[Sequence[Value]]
    ) -> int:
        """Write the header and the rows; returns the number of the last row written."""
        titles = [field.title for field in table.fields]
        _set_height(sheet, head, table.fields, titles)
        for column, title in enumerate(titles):
            sheet.write_string(head, column, title, self._head)
        pending: list[Sequence[Value]] = []
        place = head
        for row in rows:
            pending.append(row)
            if len(pending) > table.totals:
                place += 1
                self._write_row(sheet, place, table, pending.pop(0), bold=False)
        for row in pending:
            place += 1
            self._write_row(sheet, place, table, row, bold=True)
        return place

    def _write_row(
        self, sheet: "Worksheet", place: int, table: SheetTable, row: Sequence[Value], *, bold: bool
    ) -> None:
        _set_height(sheet, place, table.fields, row)
        for column, (field, value) in enumerate(zip(table.fields, row, strict=True)):
            style = self._formats[field.look, bold]
            if value is None:
                sheet.write_blank(place, column, None, style)
            elif isinstance(value, str):
                sheet.write_string(place, column, value, style)
            else:
                scale = 100 if field.look is Look.PERCENT else 1
                sheet.write_number(place, column, float(value / scale), style)

    def _set_widths(self, sheet: "Worksheet", tables: Sequence[SheetTable]) -> None:
        for column in range(max(len(table.fields) for table in tables)):
            widths = [t.fields[column].width for t in tables if column < len(t.fields)]
            sheet.set_column(column, column, max(widths))

    def _insert(
        self, sheet: "Worksheet", name: str, row: int, chart: Chart, placed: _Placed
    ) -> int:
        """Insert a chart at a row; returns the row after it."""
        kind = {"type": "column", "subtype": "stacked"} if chart.stacked else {"type": "bar"}
        drawn = self._book.add_chart(kind)
        first, last = placed.head + 1, placed.last - placed.table.totals
        if chart.rows is not None:
            first, last = first + chart.rows[0], first + chart.rows[1]
        for column in chart.values:
            drawn.add_series(
                {
                    "name": [name, placed.head, column],
                    "categories": [name, first, chart.categories, last, chart.categories],
                    "values": [name, first, column, last, column],
                    "data_labels": {"value": not chart.stacked},
                }
            )
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawn.set_legend({"position": "bottom"} if len(chart.values) > 1 else {"none": True})
        percent = placed.table.fields[chart.values[0]].look is Look.PERCENT
        if not chart.stacked:
            drawn.set_y_axis({"reverse": True})
            drawn.set_x_axis({"num_format": "0%"} if percent else {})
        drawn.set_size({"width": 720, "height": 300})
        sheet.insert_chart(row, 0, drawn, {"description": chart.title})
        return row + 16


def _set_height(
    sheet: "Worksheet",
    place: int,
    fields: Sequence[Field],
    row: Sequence[Value],
) -> None:
    """Room for wrapped texts: not every program fits rows to them when it opens a file."""
    lines = 1
    for field, value in zip(fields, row, strict=True):
        if isinstance(value, str) and len(value) > field.width:
            room = field.width + field.width // 8 - INDENT
            lines = max(lines, len(wrap(value, room)))
    if lines > 1:
        sheet.set_row(place, LINE_POINTS * lines)


def _scale(tables: Sequence[SheetTable]) -> int:
    """The scale in percent at which the columns fit on a landscape A4 page."""
    columns = zip_longest(*([field.width for field in table.fields] for table in tables))
    inches = sum(7 * max(filter(None, widths)) + 5 for widths in columns) / 96
    return max(10, min(100, int(100 * PRINTED_INCHES / inches)))


def _column_name(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def _write_plain(sheet: "Worksheet", place: int, column: int, value: Value) -> None:
    if isinstance(value, str):
        sheet.write_string(place, column, value)
    elif value is not None:
        sheet.write_number(place, column, float(value) if isinstance(value, Decimal) else value)


def _chunks(rows: Iterator[Sequence[Value]], size: int) -> Iterator[Iterator[Sequence[Value]]]:
    """The rows in parts of at most `size`; one empty part if there are no rows."""
    yield islice(rows, size)
    while (first := next(rows, None)) is not None:
        yield _with_first(first, islice(rows, size - 1))


def _with_first(
    first: Sequence[Value], rest: Iterator[Sequence[Value]]
) -> Iterator[Sequence[Value]]:
    yield first
    yield from rest
