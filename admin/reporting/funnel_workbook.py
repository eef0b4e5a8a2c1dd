"""The status of invitations as a workbook: sheets of outcomes, of the funnel, and of where people
stop and how channels compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from admin.inviting.funnel_view import CHOICES, FUNNEL, OUTCOMES, STOPS, StatusView
from admin.kit.tables import Row
from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import Field, Heading, Look, SheetTable, WorkbookWriter
from surveys.store.asking.funnel import By

WIDE = {"name": 32, "meaning": 70, "outcome": 24, "group": 24, "question": 70, "channel": 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelWorkbook:
    """The status with its words; `office` heads each sheet."""

    view: StatusView
    office: str

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        texts = self.view.runtime.texts
        heading = Heading(
            office=self.office,
            title=texts.text("invitations.titles.outcomes"),
            period=period_phrase(texts, self.view.status.period),
        )
        told = self.view.as_json()
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, heading, texts.language)
            outcomes = self._sheet("outcomes", OUTCOMES, told["outcomes"])
            book.add_sheet(texts.text("invitations.sheets.outcomes"), [outcomes])
            funnels = [self._sheet(f"by_{by}", FUNNEL, told["funnel"][by]) for by in By]
            book.add_sheet(texts.text("invitations.sheets.funnel"), funnels)
            reached = [
                self._sheet(name, keys, told[name])
                for name, keys in (("stops", STOPS), ("choices", CHOICES))
            ]
            book.add_sheet(texts.text("invitations.sheets.answers"), reached)
            book.close()

    def _sheet(self, name: str, keys: str, rows: Sequence[Row]) -> SheetTable:
        texts = self.view.runtime.texts
        fields = [
            Field(
                title=texts.text(f"invitations.columns.{key}"),
                look=Look.TEXT if key in {*WIDE, "unit", "way"} else Look.COUNT,
                width=WIDE.get(key, 12),
            )
            for key in keys.split()
        ]
        lines = [[_value(row[key]) for key in keys.split()] for row in rows]
        return SheetTable(fields=fields, rows=lines, title=texts.text(f"invitations.titles.{name}"))


def _value(cell: object) -> str | int:
    return cell if isinstance(cell, int) else str(cell)
