"""A list as a workbook: how many of each kind, with a chart, the list itself, notes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from admin.kit.runtime import Runtime
from admin.kit.tables import Column, Row
from admin.reporting.files import write_whole
from admin.reporting.listed import Listed
from admin.reporting.period_phrase import period_phrase
from admin.reporting.result_formats import write_csv, write_json
from admin.reporting.workbook import Chart, Field, Heading, Look, SheetTable, Value, WorkbookWriter

COUNTED = "days_over"
USUAL = 14
WIDTHS = {
    "at": 17,
    "unit": 30,
    "dossier": 26,
    "about": 22,
    "decision": 22,
    "outcome": 34,
    "reason": 40,
    "question": 44,
    "text": 70,
}
"""The widths of columns of decisions and texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWorkbook:
    """The rows in words under their columns; `heading` is that of the sheets, `widths` are those of
    columns that are not as wide as usual.

    `counted`: the column whose values are counted on the first sheet, `notes` the last one.
    """

    runtime: Runtime
    heading: Heading
    columns: Sequence[Column]
    rows: Sequence[Row]
    name: str
    counted: str
    notes: Sequence[str] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    unit_names: Mapping[str, str] = field(default_factory=dict)
    """Code → name, for the column `unit`."""

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        text = self.runtime.text
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, self.heading, self.runtime.texts.language)
            rows = [self._named(row) for row in self.rows]
            self._add_summary(book, text("reporting.lists.summary"), rows)
            book.add_sheet(self.name, [list_table(self.columns, rows, self.widths)])
            title = text("reporting.lists.notes")
            fields = [Field(title=title, width=110)]
            book.add_sheet(title, [SheetTable(fields=fields, rows=[[n] for n in self.notes])])
            book.close()

    def _named(self, row: Row) -> Row:
        """The row with the name of its unit after the code."""
        name = self.unit_names.get(str(row.get("unit")))
        return {**row, "unit": f"{row['unit']} {name}"} if name else row

    def _add_summary(self, book: WorkbookWriter, name: str, listed: Sequence[Row]) -> None:
        text = self.runtime.text
        counts = Counter(str(row[self.counted] or "") for row in listed)
        title = next(one.title for one in self.columns if one.key == self.counted)
        fields = [
            Field(title=title, width=52),
            Field(title=text("reporting.lists.count"), look=Look.COUNT, width=14),
        ]
        total: list[Value] = [text("reporting.lists.total"), counts.total()]
        rows: list[list[Value]] = [[label, count] for label, count in counts.most_common()]
        chart = Chart(title=title, table=0, categories=0, values=[1])
        table = SheetTable(fields=fields, rows=[*rows, total], totals=1)
        book.add_sheet(name, [table], [chart] if rows else [])


def write_listed(
    runtime: Runtime,
    listed: Listed,
    file: Path,
    *,
    kind: str,
    counted: str,
    unit_names: Mapping[str, str],
    force: bool,
) -> None:
    """Write a list of a period; `kind` leads to its texts.

    Raises OSError, Refusal `reporting.suffix` or `files.exists`.
    """
    office, period = runtime.settings.authority, period_phrase(runtime.texts, listed.period)
    book = ListWorkbook(
        runtime=runtime,
        heading=Heading(office=office, title=runtime.text(f"{kind}.sheet"), period=period),
        columns=listed.columns(),
        rows=listed.in_words(),
        name=runtime.text(f"{kind}.name"),
        counted=counted,
        notes=[runtime.text(f"{kind}.note")],
        widths=WIDTHS,
        unit_names=unit_names,
    )
    writers = {
        ".json": lambda draft: write_json(draft, listed.as_json()),
        ".csv": lambda draft: write_csv(draft, *listed.as_rows()),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)


def list_table(
    columns: Sequence[Column], rows: Sequence[Row], widths: Mapping[str, int]
) -> SheetTable:
    """The rows in words under the columns' titles."""
    fields = [
        Field(
            title=one.title,
            look=Look.COUNT if one.key == COUNTED else Look.TEXT,
            width=widths.get(one.key, USUAL),
        )
        for one in columns
    ]
    return SheetTable(
        fields=fields, rows=[[_value(row[one.key]) for one in columns] for row in rows]
    )


def _value(cell: object) -> str | int | None:
    return cell if cell is None or isinstance(cell, int) else str(cell)
