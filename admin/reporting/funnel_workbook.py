"""The status of invitations as a workbook: a summary with charts, outcomes, the funnel, where
people stop and how channels compare, notes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from admin.inviting.funnel_view import CHOICES, FUNNEL, STOPS, StatusView
from admin.kit.channels import channel_title
from admin.kit.tables import Row
from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import Chart, Field, Heading, Look, SheetTable, Value, WorkbookWriter
from surveys.store.asking.funnel import STAGES, By

OUTCOMES = "unit name meaning way count"
"""The columns of outcomes: in words, without the ids."""
WIDE = {"name": 32, "meaning": 70, "group": 32, "question": 70, "channel": 24, "way": 16}
UNIT = "unit"


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
            title=self._text("titles.outcomes").upper(),
            period=period_phrase(texts, self.view.status.period),
        )
        told = self.view.as_json()
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, heading, texts.language)
            self._add_summary(book)
            listed = [self._words(row) for row in told["outcomes"]]
            table = self._sheet("outcomes", OUTCOMES, listed, "count")
            book.add_sheet(self._text("sheets.outcomes"), [table])
            for by in By:
                rows = [self._grouped(by, row) for row in told["funnel"][by]]
                funnel = self._sheet(f"by_{by}", FUNNEL, rows, *STAGES)
                book.add_sheet(self._text(f"titles.by_{by}"), [funnel])
            reached = [
                self._sheet("stops", STOPS, told["stops"]),
                self._sheet("choices", CHOICES, [self._words(row) for row in told["choices"]]),
            ]
            if any(table.rows for table in reached):
                book.add_sheet(self._text("sheets.answers"), reached)
            book.add_sheet(self._text("sheets.notes"), [self._notes(differs=told["differs"])])
            book.close()

    def _add_summary(self, book: WorkbookWriter) -> None:
        """How far the dossiers came, and their outcomes over all units."""
        outcomes, stages = Counter[str](), Counter[str]()
        for one in self.view.status.outcomes:
            outcomes[self._text(f"outcomes.{one.outcome}")] += one.count
        for counts in self.view.status.funnel.groups[By.UNIT].values():
            stages.update(counts)
        steps: list[list[Value]] = [[self._text(f"columns.{s}"), stages[s]] for s in STAGES]
        found: list[list[Value]] = [[words, count] for words, count in outcomes.most_common()]
        found.append([self._text("total"), outcomes.total()])
        title = self._text("titles.funnel")
        tables = [
            SheetTable(title=title, fields=self._counted("stage"), rows=steps),
            SheetTable(
                title=self._text("titles.outcomes"),
                fields=self._counted("meaning"),
                rows=found,
                totals=1,
            ),
        ]
        chart = Chart(title=title, table=0, categories=0, values=[1])
        book.add_sheet(self._text("sheets.summary"), tables, [chart])

    def _counted(self, what: str) -> list[Field]:
        count = Field(title=self._text("columns.count"), look=Look.COUNT, width=14)
        return [Field(title=self._text(f"columns.{what}"), width=70), count]

    def _sheet(self, name: str, keys: str, rows: Sequence[Row], *summed: str) -> SheetTable:
        named = keys.split()
        fields = [
            Field(
                title=self._text(f"columns.{key}"),
                look=Look.TEXT if key in {*WIDE, UNIT} else Look.COUNT,
                width=WIDE.get(key, 12),
            )
            for key in named
        ]
        lines: list[list[Value]] = [[_value(row[key]) for key in named] for row in rows]
        if summed:
            sums = {key: sum(int(str(row[key])) for row in rows) for key in summed}
            lines.append([self._text("total"), *(sums.get(key) for key in named[1:])])
        title = self._text(f"titles.{name}")
        return SheetTable(fields=fields, rows=lines, title=title, totals=bool(summed))

    def _words(self, row: Row) -> Row:
        """A row with the names of its channels."""
        return {**row, **{key: self._channel(row[key]) for key in ("way", "channel") if key in row}}

    def _channel(self, name: object) -> str:
        if not name:
            return ""
        ways = self.view.runtime.texts.find(f"invitations.ways.{name}")
        return ways or channel_title(self.view.runtime, str(name))

    def _grouped(self, by: By, row: Row) -> Row:
        """A row of the funnel with its group in words."""
        group = str(row["group"])
        if by is By.UNIT:
            names = {one.unit: one.name for one in self.view.status.outcomes}
            return {**row, "group": f"{group} {names.get(group, '')}".strip()}
        if by is By.CHANNEL:
            return {**row, "group": self._channel(group) or self._text("no_channel")}
        year, _, week = group.partition("-W")
        named = self._text("week", number=int(week), year=year) if week else group
        return {**row, "group": named}

    def _notes(self, *, differs: bool) -> SheetTable:
        notes = [self._text("note.once"), self._text("note.funnel")]
        notes += [self._text("differs")] if differs else []
        fields = [Field(title=self._text("sheets.notes"), width=110)]
        return SheetTable(fields=fields, rows=[[one] for one in notes])

    def _text(self, key: str, **params: object) -> str:
        return self.view.runtime.text(f"invitations.{key}", **params)


def _value(cell: object) -> str | int:
    return cell if isinstance(cell, int) else str(cell)
