"""A tally as a workbook to submit: summary with charts, answers, reach, notes, data sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from admin.kit.percent import share
from admin.kit.texts import Texts
from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import (
    Chart,
    Field,
    Heading,
    Look,
    SheetTable,
    Value,
    WorkbookWriter,
)
from admin.tallying.result import REACHED, Row, Tally, of_dossiers
from surveys.store.results.tallies import Dimension
from surveys.tally import Group

Line = list[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyWorkbook:
    """A tally with its words. `unit_names`: the names of units by code."""

    texts: Texts
    tally: Tally
    office: str
    unit_names: Mapping[str, str]

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        heading = Heading(
            office=self.office,
            title=self._text("title"),
            period=period_phrase(self.texts, self.tally.period),
            mark=self.tally.mark.line(self.texts) if self.tally.mark else "",
        )
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, heading, self.texts.language)
            split = self._add_data(book)
            self._add_summary(book)
            book.add_sheet(self._text("sheets.answers"), [self._answers()])
            book.add_sheet(self._text("sheets.reach"), [self._reach()])
            notes = [[line] for line in self._notes(split=split)]
            fields = [Field(title=self._text("notes"), width=110)]
            book.add_sheet(self._text("sheets.notes"), [SheetTable(fields=fields, rows=notes)])
            book.activate(self._text("sheets.summary"))
            book.close()

    def _add_data(self, book: WorkbookWriter) -> bool:
        """Add the rows of the JSON under their keys; returns whether they need several sheets."""
        sheets = 0
        for name, rows in (("rows", self.tally.rows()), ("response", self.tally.response())):
            keys = list(rows[0]) if rows else []
            sheets += book.add_data(name, keys, ([row[key] for key in keys] for row in rows))
        return sheets > len(("rows", "response"))

    def _add_summary(self, book: WorkbookWriter) -> None:
        whole = self._whole()
        tables, charts = [], []
        if whole is not None:
            tables = [self._reached(whole), self._questions(whole)]
            first = next(iter(whole.questions()), None)
            charts = [Chart(title=self._text("charts.reach"), table=0, categories=0, values=[1])]
            if first is not None:
                names = whole.names(self.texts.language)
                title = names.get(first.form, {}).get(first.question, {}).get("text", "")
                rows = (0, len(first.cells) - 1)
                charts.insert(0, Chart(title=title, table=1, categories=1, values=[2], rows=rows))
        else:
            fields = [Field(title=self._text("notes"), width=110)]
            tables = [SheetTable(fields=fields, rows=[[self._text("no_whole")]])]
        book.add_sheet(self._text("sheets.summary"), tables, charts)

    def _whole(self) -> Tally | None:
        """The tally without groups; None if it would disclose suppressed counts."""
        if not self.tally.by:
            return self.tally
        return None if self.tally.hidden_below else self.tally.summed()

    def _reached(self, whole: Tally) -> SheetTable:
        (reach,) = whole.reach or (None,)
        rows: list[Line] = []
        for name in REACHED if reach is not None else ():
            count = getattr(reach, name)
            part = None if reach is None or count is None else share(count, reach.returned)
            rows.append([self._text(f"reached.{name}"), self._count(count), part])
        fields = [
            Field(title=self._text("columns.what"), width=52),
            Field(title=self._text("columns.number"), look=Look.COUNT, width=30),
            Field(title=self._text("columns.of_returned"), look=Look.PERCENT, width=14),
        ]
        return SheetTable(fields=fields, rows=rows, title=self._text("sheets.reach"))

    def _questions(self, whole: Tally) -> SheetTable:
        fields = self._answer_fields()
        rows = [line for _, line in _answered(self, whole)]
        return SheetTable(fields=fields, rows=rows, title=self._text("sheets.answers"))

    def _answers(self) -> SheetTable:
        fields = [*self._group_fields(self.tally.by), Field(title=self._text("columns.form"))]
        lines = (
            [*self._group(self.tally.by, group), form, *line]
            for (group, form), line in _answered(self, self.tally)
        )
        return SheetTable(fields=[*fields, *self._answer_fields()], rows=lines)

    def _answer_fields(self) -> list[Field]:
        return [
            Field(title=self._text("columns.question"), width=52),
            Field(title=self._text("columns.option"), width=30),
            Field(title=self._text("columns.count"), look=Look.COUNT, width=14),
            Field(title=self._text("columns.share"), look=Look.PERCENT),
        ]

    def _reach(self) -> SheetTable:
        by = of_dossiers(self.tally.by)
        titles = (*REACHED, "quota")
        fields = [
            *self._group_fields(by),
            *(Field(title=self._text(f"columns.{name}"), look=Look.COUNT) for name in titles),
            Field(title=self._text("columns.valid_share"), look=Look.PERCENT),
            Field(title=self._text("columns.met")),
        ]
        rows = list(self._reach_lines(self.tally))
        whole = self._whole() if by else None
        totals = list(self._reach_lines(whole, by)) if whole is not None else []
        return SheetTable(fields=fields, rows=[*rows, *totals], totals=len(totals))

    def _reach_lines(self, tally: Tally, total_of: tuple[Dimension, ...] = ()) -> Iterator[Line]:
        by = of_dossiers(tally.by)
        for one, quota in zip(tally.reach, tally.quotas(), strict=True):
            head = self._total_head(total_of) if total_of else self._group(by, one.group)
            counts = [self._count(getattr(one, name)) for name in REACHED]
            met = None if quota.met is None else self._text("met" if quota.met else "not_met")
            yield [*head, *counts, quota.quota, quota.share, met]

    def _total_head(self, by: tuple[Dimension, ...]) -> Line:
        width = len(self._group_fields(by))
        return [self._text("total"), *([None] * (width - 1))]

    def _group_fields(self, by: tuple[Dimension, ...]) -> list[Field]:
        fields = []
        for one in by:
            fields.append(Field(title=self._text(f"columns.{one}"), width=16))
            if one is Dimension.UNIT:
                fields.append(Field(title=self._text("columns.name"), width=36))
        return fields

    def _group(self, by: tuple[Dimension, ...], group: Group) -> Line:
        line: Line = []
        for one, value in zip(by, group, strict=True):
            line.append(value)
            if one is Dimension.UNIT:
                line.append(self.unit_names.get(value, ""))
        return line

    def _notes(self, *, split: bool) -> Iterator[str]:
        yield self._text("note.share")
        yield self._text("note.of_returned")
        yield self._text("note.quota", percent=self.tally.quota_percent)
        if self.tally.hidden_below:
            yield self._text("note.hidden", below=self.tally.hidden_below)
        if self.tally.simulated:
            yield self._text("note.simulated", count=self.tally.simulated)
        yield self._text("note.data")
        if split:
            yield self._text("note.split")

    def _count(self, count: int | None) -> Value:
        return f"<{self.tally.hidden_below}" if count is None else count

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"reporting.tally.{key}", **params)


def _answered(book: TallyWorkbook, tally: Tally) -> Iterator[tuple[tuple[Group, str], Line]]:
    """One line per option: its question, the option, count and share, with its group and form."""
    names: Mapping[str, Row] = tally.names(book.texts.language)
    for one in tally.questions():
        known = names.get(one.form, {}).get(one.question, {})
        for cell in one.cells:
            option = known.get("options", {}).get(cell.option, cell.option)
            count: Value = f"<{tally.hidden_below}" if cell.count is None else cell.count
            line: Line = [known.get("text", one.question), option, count, one.share(cell)]
            yield (one.group, one.form), line
