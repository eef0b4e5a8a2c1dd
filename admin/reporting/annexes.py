"""The annexes of a report (phu-luc.xlsx): unit by unit what the document sums up.

Annex I is about the area, the next ones about a block each; then tự chấm next to thẩm định, the
flow of dossiers, the survey, the years, and notes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from admin.figures.model import BlockFigures, CriterionFigures, Kind, ReportFigures, UnitFigures
from admin.kit.percent import share
from admin.reporting.document.context import fields_of
from admin.reporting.document.office import Office
from admin.reporting.document.rating_fields import ROMAN
from admin.reporting.intake_tables import by_procedure, by_unit
from admin.reporting.period_phrase import period_phrase
from admin.reporting.workbook import Field, Heading, Look, SheetTable, Value, WorkbookWriter
from scoring.rounding import added
from scoring.unit_rating import State

Line = list[Value]
STATES = (State.NO_DOSSIERS.value, State.NOT_SCORED.value, State.INSUFFICIENT.value)


@cache
def annex_texts() -> Mapping[str, Any]:
    """The words of the workbook."""
    file = Path(__file__).with_name("annex_texts.yaml")
    found: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


def write_annexes(
    figures: ReportFigures,
    office: Office,
    file: Path,
    notes: Sequence[str] = (),
    decided: SheetTable | None = None,
) -> None:
    """Write the workbook; `notes` precede its own, `decided`: who decided what. Raises OSError."""
    texts = office.words().texts
    heading = Heading(
        office=office.agency,
        title=annex_texts()["title"],
        period=period_phrase(texts, figures.span.period),
    )
    with file.open("wb") as stream:
        book = WorkbookWriter(stream, heading, "vi")
        annexes = Annexes(figures=figures, office=office, notes=notes, decided=decided)
        for name, title, tables in annexes.sheets():
            book.add_sheet(name, tables, title=title)
        book.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annexes:
    """A report's figures as sheets: their names, titles and tables."""

    figures: ReportFigures
    office: Office
    notes: Sequence[str] = ()
    decided: SheetTable | None = None

    def sheets(self) -> Iterator[tuple[str, str, list[SheetTable]]]:
        """The sheets in their order."""
        texts, tables = annex_texts(), dict(self._tables())
        if self.figures.kind is not Kind.ONESTOP:
            yield from self._rating_sheets()
        for key, table in tables.items():
            yield texts["sheets"][key], texts["titles"][key], [table]

    def _rating_sheets(self) -> Iterator[tuple[str, str, list[SheetTable]]]:
        texts = annex_texts()
        name, titles = texts["sheets"]["summary"], texts["titles"]
        yield (
            name.format(number=ROMAN[0]),
            titles["summary"].format(number=ROMAN[0]),
            [self._summary()],
        )
        for place, block in enumerate(self.figures.rating.blocks, 1):
            number = ROMAN[place] if place < len(ROMAN) else str(place + 1)
            title = titles["block"].format(number=number, block=block.name.upper())
            yield name.format(number=number), title, [self._block(block)]

    def _tables(self) -> Iterator[tuple[str, SheetTable]]:
        names = {block.id: block.name for block in self.figures.rating.blocks}
        has_scores = any(unit.own or unit.appraised for unit in self.figures.rating.units)
        if has_scores and self.figures.kind is not Kind.ONESTOP:
            yield "self", self._self_scores()
        yield "intake", by_unit(annex_texts(), self.figures.intake, names)
        if self.figures.intake.procedures:
            yield "procedures", by_procedure(annex_texts(), self.figures.intake)
        if self.figures.survey.questions and self.figures.kind is not Kind.ONESTOP:
            yield "survey", self._survey()
        if self.figures.series:
            yield "series", self._series()
        if self.figures.facts:
            yield "facts", self._facts()
        if self.decided is not None and self.figures.kind is not Kind.ONESTOP:
            yield "decided", self.decided
        yield "notes", self._notes()

    def _summary(self) -> SheetTable:
        rating = self.figures.rating
        fields = [
            _field("block", width=28),
            *(_field(key, Look.COUNT, 9) for key in ("units", "scored", *STATES)),
            *self._criteria(),
            *([_field("mean", Look.MEAN, 10)] if rating.rules.full_marks else []),
            *([_field("grade", width=13)] if rating.grades else []),
            *(Field(title=grade.name, look=Look.COUNT, width=9) for grade in rating.grades),
        ]
        rows = [self._block_line(block) for block in rating.blocks]
        return SheetTable(fields=fields, rows=[*rows, self._whole_line()], totals=1)

    def _block_line(self, block: BlockFigures) -> Line:
        rating = self.figures.rating
        return [
            block.name,
            block.units,
            block.scored,
            *(block.states.get(state, 0) for state in STATES),
            *(block.criteria.get(one.id) for one in rating.criteria),
            *([block.mean] if rating.rules.full_marks else []),
            *([self._grade(block.grade)] if rating.grades else []),
            *(block.grades.get(grade.id, 0) for grade in rating.grades),
        ]

    def _whole_line(self) -> Line:
        rating = self.figures.rating
        blocks = rating.blocks
        return [
            annex_texts()["total"],
            sum(block.units for block in blocks),
            sum(block.scored for block in blocks),
            *(sum(block.states.get(state, 0) for block in blocks) for state in STATES),
            *(one.mean for one in rating.criteria),
            *([rating.leading] if rating.rules.full_marks else []),
            *([self._grade(rating.grade)] if rating.grades else []),
            *(sum(b.grades.get(grade.id, 0) for b in blocks) for grade in rating.grades),
        ]

    def _block(self, block: BlockFigures) -> SheetTable:
        """The units of a block, its means last."""
        has_total = self.figures.rating.rules.full_marks is not None
        counts = ("received", "dossiers", "late_returned", "responses")
        fields = [
            _field("number", Look.COUNT, 5),
            _field("code", width=11),
            _field("name", width=28),
            *(_field(key, Look.COUNT, 7) for key in counts),
            *self._criteria(),
            *(
                [_field("total", Look.MEAN, 9), _field("reachable", Look.POINTS, 8)]
                if has_total
                else []
            ),
            _field("grade", width=18),
        ]
        units = [unit for unit in self.figures.rating.units if unit.block == block.id]
        rows = [self._unit_line(n, unit) for n, unit in enumerate(units, 1)]
        sums = [sum(getattr(unit, key) for unit in units) for key in UNIT_COUNTS]
        last: Line = [
            None,
            None,
            annex_texts()["mean"].format(block=block.name),
            *sums,
            *(block.criteria.get(one.id) for one in self.figures.rating.criteria),
            *([block.mean, None] if has_total else []),
            self._grade(block.grade),
        ]
        return SheetTable(fields=fields, rows=[*rows, last], totals=1)

    def _unit_line(self, number: int, unit: UnitFigures) -> Line:
        rating = self.figures.rating
        shown = unit.grade is not None or unit.total is not None
        return [
            number,
            unit.code,
            unit.name,
            *(getattr(unit, key) for key in UNIT_COUNTS),
            *(unit.values.get(one.id) for one in rating.criteria),
            *([unit.total, unit.reachable if shown else None] if rating.rules.full_marks else []),
            self._grade(unit.grade) or self._state(unit),
        ]

    def _self_scores(self) -> SheetTable:
        """Tự chấm next to thẩm định, criterion by criterion; units with neither are left out."""
        criteria = [one for one in self.figures.rating.criteria if one.max is not None]
        texts = annex_texts()
        pairs = [
            Field(title=texts[key].format(criterion=_short(one)), look=Look.POINTS, width=6)
            for one in criteria
            for key in ("own", "appraised")
        ]
        fields = [
            _field("number", Look.COUNT, 5),
            _field("code", width=11),
            _field("name", width=28),
            *pairs,
            _field("own_total", Look.POINTS, 9),
            _field("counted", Look.POINTS, 9),
        ]
        units = [unit for unit in self.figures.rating.units if unit.own or unit.appraised]
        rows = (self._pair_line(n, unit, criteria) for n, unit in enumerate(units, 1))
        return SheetTable(fields=fields, rows=rows)

    def _pair_line(
        self, number: int, unit: UnitFigures, criteria: Sequence[CriterionFigures]
    ) -> Line:
        pairs: Line = []
        for one in criteria:
            pairs += [unit.own.get(one.id), unit.appraised.get(one.id)]
        own = added(unit.own.values()) if unit.own else None
        return [number, unit.code, unit.name, *pairs, own, unit.total]

    def _survey(self) -> SheetTable:
        fields = [
            _field("question", width=56),
            _field("option", width=40),
            _field("count", Look.COUNT, 10),
            _field("share", Look.PERCENT, 10),
        ]
        rows: Iterator[Line] = (
            [question.text, option.text, option.count, share(option.count, question.answered)]
            for question in self.figures.survey.questions
            for option in question.options
        )
        return SheetTable(fields=fields, rows=rows)

    def _series(self) -> SheetTable:
        counts = ("received", "returned", "late", "issued", "answered", "valid", "quota")
        fields = [
            _field("year", width=12),
            *(_field("all" if key == "received" else key, Look.COUNT, 11) for key in counts),
            _field("of_received", Look.PERCENT, 18),
            _field("of_returned", Look.PERCENT, 14),
        ]
        rows: list[Line] = [
            [
                year.span.id,
                *(getattr(year, key) for key in counts),
                share(year.issued or year.valid, year.received),
                share(year.valid, year.returned),
            ]
            for year in self.figures.series
        ]
        return SheetTable(fields=fields, rows=rows)

    def _facts(self) -> SheetTable:
        fields = [
            _field("fact", width=60),
            _field("value", Look.COUNT, 12),
            _field("whole", Look.COUNT, 12),
            _field("share", Look.PERCENT, 10),
        ]
        rows: list[Line] = [
            [
                fact.name,
                int(fact.total),
                None if fact.whole is None else int(fact.whole),
                None if fact.whole is None else share(int(fact.total), int(fact.whole)),
            ]
            for fact in self.figures.facts
        ]
        return SheetTable(fields=fields, rows=rows)

    def _notes(self) -> SheetTable:
        notes, fields = annex_texts()["notes"], fields_of(self.figures, self.office)
        day = self.office.words().day(self.figures.as_of)
        rating = ("mean", "states", "appraised")
        keys = (*(rating if self.figures.kind is not Kind.ONESTOP else ()), "intake", "shares")
        lines = [*self.notes, fields["diem"]["cau_bo_quy_tac"]]
        lines += [notes[key].format(day=day) for key in keys]
        lines += self.figures.rating.warnings if self.figures.kind is not Kind.ONESTOP else ()
        return SheetTable(fields=[_field("note", width=95)], rows=[[line] for line in lines])

    def _criteria(self) -> Iterator[Field]:
        for one in self.figures.rating.criteria:
            look = Look.PERCENT if one.max is None else Look.MEAN
            yield Field(title=_short(one), look=look, width=7 if one.id.isdecimal() else 14)

    def _grade(self, wanted: str | None) -> str | None:
        names = {grade.id: grade.name for grade in self.figures.rating.grades}
        return names.get(wanted or "")

    def _state(self, unit: UnitFigures) -> str | None:
        columns: Mapping[str, str] = annex_texts()["columns"]
        return columns.get(unit.state)


UNIT_COUNTS = ("received", "dossiers", "late", "responses")


def _field(key: str, look: Look = Look.TEXT, width: int = 12) -> Field:
    return Field(title=annex_texts()["columns"][key], look=look, width=width)


def _short(criterion: CriterionFigures) -> str:
    """`CS1`, or the name of a criterion without a number."""
    if criterion.id.isdecimal():
        text: str = annex_texts()["criterion"].format(id=criterion.id)
        return text
    return criterion.name
