"""The list of petitions as a workbook: the columns of the list, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from admin.kit.tables import Column, Row
from admin.reporting.workbook import Field, Heading, Look, SheetTable, WorkbookWriter

COUNTED = "days_over"
WIDTHS = {"dossier": 26, "state": 24, "found": 24, "forwarded_to": 28, "disputed": 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionsWorkbook:
    """The rows in words under their columns; `heading` is that of the sheet."""

    heading: Heading
    columns: Sequence[Column]
    rows: Sequence[Row]
    name: str
    language: str

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        fields = [
            Field(
                title=one.title,
                look=Look.COUNT if one.key == COUNTED else Look.TEXT,
                width=WIDTHS.get(one.key, 14),
            )
            for one in self.columns
        ]
        lines = [[_value(row[one.key]) for one in self.columns] for row in self.rows]
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, self.heading, self.language)
            book.add_sheet(self.name, [SheetTable(fields=fields, rows=lines)])
            book.close()


def _value(cell: object) -> str | int | None:
    return cell if cell is None or isinstance(cell, int) else str(cell)
