"""A tally as a workbook to submit: summary with charts, answers, reach, notes, data sheets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

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
from admin.tallying.result import REACHED, AskedQuestion, Names, Tally, of_dossiers
from admin.tallying.together import Together, added_up
from admin.tallying.view import Show
from surveys.store.results.free_texts import FreeText
from surveys.store.results.tallies import Dimension
from surveys.tally import Group

Line = list[Value]


@dataclass(frozen=True, kw_only=True)
class TallyWorkbook:
    """A tally with its words. `unit_names`: the names of units by code; `comments` None: not
    wanted.
    """

    texts: Texts
    tally: Tally
    office: str
    unit_names: Mapping[str, str]
    show: Show = Show.LABELS
    comments: Sequence[FreeText] | None = None

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
            if self.tally.by:
                book.add_sheet(self._text("sheets.answers"), [self._answers()])
            if self._together.several:
                book.add_sheet(self._text("sheets.by_form"), [self._by_form()])
            book.add_sheet(self._text("sheets.reach"), [self._reach()])
            if self.comments is not None:
                book.add_sheet(self._text("sheets.comments"), [self._comments(self.comments)])
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
        name = self._text("sheets.summary")
        if whole is None:
            fields = [Field(title=self._text("notes"), width=110)]
            book.add_sheet(name, [SheetTable(fields=fields, rows=[[self._text("no_whole")]])])
            return
        found = self._added(whole)
        asked = next(found.questions(), None)
        tables = [self._reached(whole)]
        charts = [Chart(title=self._text("charts.reach"), table=0, categories=0, values=[1])]
        if asked is not None:
            title, lines = self._one(found, asked)
            option, *counts = self._answer_fields()[1:]
            fields = [replace(option, width=52), *counts]
            tables.append(SheetTable(fields=fields, rows=lines, title=title))
            charts.insert(0, Chart(title=title, table=1, categories=0, values=[1]))
        rows = [[*line, form] for form, *line in self._lines(found)]
        fields = [*self._answer_fields(), Field(title=self._text("columns.form"))]
        listed = SheetTable(fields=fields, rows=rows, title=self._text("sheets.answers"))
        book.add_sheet(name, [*tables, listed], charts, charts_after=len(tables))

    def _one(self, found: Together, asked: AskedQuestion) -> tuple[str, list[Line]]:
        """The words of a question, and its options with counts and shares."""
        lines = list(_answered(found.names(self.texts.language), asked, self))
        return str(lines[0][0]), [line[1:] for line in lines]

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

    @cached_property
    def _together(self) -> Together:
        return self._added(self.tally)

    def _added(self, tally: Tally) -> Together:
        """The sums over forms; of a published tally each form by itself."""
        found = added_up(tally)
        return found if tally.hidden_below is None else found.apart(tally)

    def _lines(self, found: Together) -> Iterator[Line]:
        """One line per option that somebody was asked: group, forms, question, option, counts."""
        together, apart = self._names(found)
        for one in found.questions():
            if one.question in self._asked:
                names = apart.get(one.form, together)
                head = [*self._group(found.tally.by, one.group), self._forms(found, one)]
                yield from ([*head, *line] for line in _answered(names, one, self))

    def _names(self, found: Together) -> tuple[Names, Mapping[str, Names]]:
        """The words of questions over all forms, and form by form."""
        language = self.texts.language
        return found.names(language), self.tally.names(language)

    def _forms(self, found: Together, one: AskedQuestion) -> str:
        return one.form or ", ".join(found.forms[one.question])

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The questions that somebody answered, or whose counts are suppressed; all if none is."""
        cells = self.tally.cells
        found = frozenset(cell.question for cell in cells if cell.count != 0)
        return found or frozenset(cell.question for cell in cells)

    def _answers(self) -> SheetTable:
        fields = [*self._group_fields(self.tally.by), Field(title=self._text("columns.form"))]
        lines = self._lines(self._together)
        return SheetTable(fields=[*fields, *self._answer_fields()], rows=lines)

    def _by_form(self) -> SheetTable:
        fields = [*self._group_fields(self.tally.by), Field(title=self._text("columns.form"))]
        lines = self._lines(self._together.apart(self.tally))
        return SheetTable(fields=[*fields, *self._answer_fields()], rows=lines)

    def _comments(self, comments: Sequence[FreeText]) -> SheetTable:
        fields = [
            Field(title=self._text("columns.unit"), width=16),
            Field(title=self._text("columns.name"), width=30),
            Field(title=self._text("columns.form"), width=12),
            Field(title=self._text("columns.question"), width=40),
            Field(title=self._text("columns.comment"), width=70),
        ]
        names = self.tally.names(self.texts.language) if self.show is Show.LABELS else {}
        rows: list[Line] = [
            [
                one.unit,
                self.unit_names.get(one.unit, ""),
                one.form,
                names.get(one.form, {}).get(one.question, {}).get("text", one.question),
                one.text,
            ]
            for one in comments
        ]
        return SheetTable(fields=fields, rows=rows)

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
        if self._left_out():
            yield self._text("note.unasked", questions=self._left_out())
        if self._together.silent:
            yield self._text("note.silent", forms=", ".join(self._together.silent))
        if self._together.several:
            yield self._text("note.together")
        if self.comments is not None:
            yield self._text("note.comments")
        if split:
            yield self._text("note.split")

    def _left_out(self) -> int:
        """How many questions nobody answered."""
        return len({cell.question for cell in self.tally.cells} - self._asked)

    def _count(self, count: int | None) -> Value:
        return f"<{self.tally.hidden_below}" if count is None else count

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"reporting.tally.{key}", **params)


def _answered(
    names: Mapping[str, Mapping[str, Any]], one: AskedQuestion, book: TallyWorkbook
) -> Iterator[Line]:
    """One line per option: its question, the option, count and share; ids if they are wanted."""
    known = names.get(one.question, {}) if book.show is Show.LABELS else {}
    for cell in one.cells:
        option = known.get("options", {}).get(cell.option, cell.option)
        count: Value = f"<{book.tally.hidden_below}" if cell.count is None else cell.count
        yield [known.get("text", one.question), option, count, one.share(cell)]
