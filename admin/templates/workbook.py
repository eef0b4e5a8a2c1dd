"""A template as a workbook: headings with notes, an example row, lists to choose from."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from admin.templates.sheets import TemplateColumn

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS = 2_000
"""The number of rows below the header with drop-down lists and a format."""
WIDTH = 18
DATE_FORMAT = "dd/mm/yyyy"
LISTS = "_"
"""The hidden worksheet with the lists, which are too long for the cells' own validation."""


def write_template(
    file: Path, name: str, columns: Sequence[TemplateColumn], note: Callable[[str], str]
) -> None:
    """Write the workbook; `name` is the worksheet's, `note` returns the text of a column's note."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file)
    sheet, lists = book.add_worksheet(name), book.add_worksheet(LISTS)
    lists.very_hidden()
    sheet.freeze_panes(1, 0)
    styles = _Styles(book)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, styles.head(required=column.required))
        if words := note(column.note):
            sheet.write_comment(0, place, words, {"x_scale": 2, "y_scale": 1.5})
        day = isinstance(column.example, date)
        sheet.set_column(place, place, WIDTH, styles.day if day else styles.text)
        _example(sheet, place, column, styles)
        if column.choices:
            _choices(sheet, lists, place, column.choices)
    book.close()


class _Styles:
    """Cell formats; required columns are highlighted."""

    def __init__(self, book: "Workbook") -> None:
        common = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        self._heads = [
            book.add_format({**common, "bg_color": color}) for color in ("#E8EEF7", "#FFE9A8")
        ]
        self.day = book.add_format({"num_format": DATE_FORMAT})
        self.text = book.add_format({"num_format": "@"})

    def head(self, *, required: bool) -> "Format":
        """The format of a heading."""
        return self._heads[required]


def _example(sheet: "Worksheet", place: int, column: TemplateColumn, styles: _Styles) -> None:
    value = column.example
    if isinstance(value, date):
        sheet.write_datetime(1, place, value, styles.day)
    elif isinstance(value, str):
        if value:
            sheet.write_string(1, place, value, styles.text)
    else:
        sheet.write_number(1, place, value)


def _choices(sheet: "Worksheet", lists: "Worksheet", place: int, choices: Sequence[str]) -> None:
    """Add choices with a warning only: other spellings the import accepts may be typed."""
    from xlsxwriter.utility import xl_range_abs

    lists.write_column(0, place, choices)
    cells = xl_range_abs(0, place, len(choices) - 1, place)
    rule = {"validate": "list", "source": f"='{LISTS}'!{cells}", "error_type": "information"}
    sheet.data_validation(1, place, ROWS, place, rule)
