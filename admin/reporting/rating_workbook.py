"""A rating as a workbook to submit: summary with charts, units, tự chấm, attention, policies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from admin.kit.percent import share
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from admin.rating.rows import flat
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
from scoring.unit_rating import UnitRating

Line = list[Value]
STAGES = ("self", "computed", "appraised")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingWorkbook:
    """A rating with its words."""

    result: RatingResult
    phrases: RatingPhrases
    office: str

    def write(self, file: Path) -> None:
        """Write the workbook. Raises OSError."""
        heading = Heading(
            office=self.office,
            title=self._text("title"),
            period=period_phrase(self.phrases.texts, self.result.period),
            mark=self.result.mark.line(self.phrases.texts) if self.result.mark else "",
        )
        with file.open("wb") as stream:
            book = WorkbookWriter(stream, heading, self.phrases.language)
            rows, keys = flat(self.result)
            book.add_data("data", keys, ([_plain(row.get(key)) for key in keys] for row in rows))
            book.add_sheet(self._text("sheets.summary"), *self._summary())
            for name, table in self._sheets():
                book.add_sheet(self._text(f"sheets.{name}"), [table])
            book.activate(self._text("sheets.summary"))
            book.close()

    def _sheets(self) -> Iterator[tuple[str, SheetTable]]:
        yield "units", self._units()
        yield "scores", self._scores()
        yield "attention", self._attention()
        if self.result.past:
            yield "compared", self._compared()
        yield "policies", self._policies()
        yield "notes", self._notes()

    def _summary(self) -> tuple[list[SheetTable], list[Chart]]:
        tables = [self._grades(), *self._shares(), self._criteria(), self._overall()]
        grades = range(4, 4 + len(self.result.rulebook.grade_bands))
        counted = Chart(
            title=self._text("charts.grades"),
            table=0,
            categories=0,
            values=list(grades),
            stacked=True,
        )
        criteria = Chart(title=self._text("charts.criteria"), table=3, categories=0, values=[2])
        return tables, [counted, criteria] if grades else [criteria]

    def _grades(self) -> SheetTable:
        rows: list[Line] = [
            [
                self.phrases.block(name),
                group.units,
                group.scored,
                group.mean,
                *group.grades.values(),
            ]
            for name, group in self.result.rating.blocks.items()
        ]
        fields = [
            Field(title=self._text("columns.block"), width=36),
            Field(title=self._text("columns.units"), look=Look.COUNT),
            Field(title=self._text("columns.scored"), look=Look.COUNT),
            Field(title=self._text("columns.mean"), look=Look.MEAN),
            *self._grade_fields(Look.COUNT),
        ]
        return SheetTable(fields=fields, rows=rows, title=self._text("tables.grades"))

    def _shares(self) -> Iterator[SheetTable]:
        for key in ("units", "scored"):
            rows: list[Line] = []
            for name, group in self.result.rating.blocks.items():
                whole = getattr(group, key)
                shares = [share(count, whole) for count in group.grades.values()]
                rows.append([self.phrases.block(name), whole, *shares])
            fields = [
                Field(title=self._text("columns.block"), width=36),
                Field(title=self._text(f"columns.{key}"), look=Look.COUNT),
                *self._grade_fields(Look.PERCENT),
            ]
            yield SheetTable(fields=fields, rows=rows, title=self._text(f"tables.shares_{key}"))

    def _criteria(self) -> SheetTable:
        criteria = self.result.rulebook.criteria
        rows: list[Line] = [
            [self.phrases.criterion(number), criteria[number].name.of(self.phrases.language), mean]
            for number, mean in self.result.rating.overall.criteria.items()
        ]
        fields = [
            Field(title=self._text("columns.criterion"), width=36),
            Field(title=self._text("columns.criterion_name"), width=40),
            Field(title=self._text("columns.mean"), look=Look.MEAN),
        ]
        return SheetTable(fields=fields, rows=rows, title=self._text("tables.criteria"))

    def _overall(self) -> SheetTable:
        overall = self.result.rating.overall
        named: dict[str, Decimal | None] = dict(overall.aggregates)
        if self.result.weights:
            named["weighted_by_block"] = self.result.weighted
        printed = overall.printed.value
        rows: list[Line] = [
            [self.phrases.aggregate(name), self.phrases.text("leads") if name == printed else "", v]
            for name, v in named.items()
        ]
        fields = [
            Field(title=self._text("columns.aggregate"), width=36),
            Field(title=self._text("columns.published"), width=40),
            Field(title=self._text("columns.points"), look=Look.MEAN),
        ]
        return SheetTable(fields=fields, rows=rows, title=self._text("tables.overall"))

    def _units(self) -> SheetTable:
        counts = ("received", "dossiers", "responses")
        fields = [
            Field(title=self._text("columns.code"), width=16),
            Field(title=self._text("columns.name"), width=36),
            Field(title=self._text("columns.block"), width=20),
            *(Field(title=self._text(f"columns.{n}"), look=Look.COUNT, width=10) for n in counts),
            *self._criterion_fields(),
            Field(title=self._text("columns.total"), look=Look.POINTS, width=9),
            Field(title=self._text("columns.reachable"), look=Look.POINTS, width=9),
            Field(title=self._text("columns.grade"), width=20),
        ]
        rows = [self._unit(unit) for unit in self.result.rating.units]
        return SheetTable(fields=fields, rows=[*rows, self._means()], totals=1)

    def _unit(self, unit: UnitRating) -> Line:
        evidence = unit.evidence
        return [
            unit.code,
            evidence.name,
            self.phrases.block(evidence.block) if evidence.block else "",
            evidence.received,
            evidence.dossiers,
            evidence.responses,
            *(score.value for score in unit.scores.values()),
            unit.total,
            unit.reachable if unit.total is not None else None,
            self.phrases.grade(unit),
        ]

    def _means(self) -> Line:
        overall, totals = self.result.rating.overall, self.result.totals
        counts = [totals.received, totals.dossiers, totals.responses]
        leading = overall.aggregates[overall.printed.value]
        means = overall.criteria.values()
        return [None, self.phrases.text("mean"), None, *counts, *means, leading, None, None]

    def _scores(self) -> SheetTable:
        fields = [
            Field(title=self._text("columns.code"), width=16),
            Field(title=self._text("columns.name"), width=36),
            Field(title=self._text("columns.stage"), width=16),
            *self._criterion_fields(),
        ]
        rows = (line for unit in self.result.rating.units for line in self._stages(unit))
        return SheetTable(fields=fields, rows=rows)

    def _stages(self, unit: UnitRating) -> Iterator[Line]:
        """The self-scored (tự chấm), computed and appraised (thẩm định) points of a unit."""
        points = {
            "self": [score.self_score for score in unit.scores.values()],
            "computed": [score.finding.points for score in unit.scores.values()],
            "appraised": [score.appraised for score in unit.scores.values()],
        }
        if any(value is not None for value in (*points["self"], *points["appraised"])):
            for stage in STAGES:
                yield [unit.code, unit.evidence.name, self._text(f"stages.{stage}"), *points[stage]]

    def _attention(self) -> SheetTable:
        fields = [
            Field(title=self._text("columns.what"), width=44),
            Field(title=self._text("columns.code"), width=16),
            Field(title=self._text("columns.name"), width=40),
            Field(title=self._text("columns.figures"), width=44),
        ]
        return SheetTable(fields=fields, rows=list(self._attended()))

    def _attended(self) -> Iterator[Line]:
        found, number = self.result.attention, self.phrases.number
        criteria = self.result.rulebook.criteria
        language = self.phrases.language
        for weak in found.weak_criteria:
            named = criteria[weak.criterion].name.of(language)
            yield self._row(
                "weak", self.phrases.criterion(weak.criterion), named, number(weak.mean)
            )
        for criterion in found.scored_by_nobody:
            named = criteria[criterion].name.of(language)
            yield self._row("nobody", self.phrases.criterion(criterion), named, "")
        for late in found.overdue:
            yield self._row("overdue", late.code, late.name, number(late.late))
        for offline in found.no_online_intake:
            yield self._row("no_online", offline.code, offline.name, number(offline.received))
        for few in found.few_responses:
            answered = f"{number(few.responses)}/{number(few.dossiers)}"
            yield self._row("few", few.code, few.name, answered)
        yield from self._attended_grades()

    def _attended_grades(self) -> Iterator[Line]:
        found, number = self.result.attention, self.phrases.number
        grades = {b.id: b.name.of(self.phrases.language) for b in self.result.rulebook.grade_bands}
        for unit in found.unfinished:
            yield self._row("unfinished", unit.code, unit.name, self.phrases.state(unit.state))
        for low in found.lowered_grades:
            figures = f"{grades[low.grade]} → {grades[low.grade_in_proportion]}"
            yield self._row("lowered", low.code, low.name, figures)
        for one in found.self_differences:
            own, counts = number(one.self_score), number(one.points)
            figures = f"{self.phrases.criterion(one.criterion)}: {own} → {counts}"
            yield self._row("differs", one.code, one.name, figures)

    def _row(self, key: str, code: str, name: str, figures: str) -> Line:
        return [self._text(f"attention.{key}"), code, name, figures]

    def _compared(self) -> SheetTable:
        past = self.result.past or ()
        fields = [
            Field(title=self._text("columns.code"), width=16),
            Field(title=self._text("columns.name"), width=40),
            Field(title=self.phrases.text("columns.now"), look=Look.POINTS),
        ]
        for one in past:
            fields += [
                Field(title=one.period.id, look=Look.POINTS),
                Field(title=self.phrases.text("columns.change"), look=Look.POINTS),
            ]
        rows, _ = flat(self.result)
        keys = [f"{key}_{one.period.id}" for one in past for key in ("total", "change")]
        lines = [
            [row["code"], row["name"], _number(row.get("total")), *(row.get(key) for key in keys)]
            for row in rows
        ]
        return SheetTable(fields=fields, rows=lines)

    def _policies(self) -> SheetTable:
        fields = [
            Field(title=self._text("columns.question"), width=50),
            Field(title=self._text("columns.choice"), width=50),
            Field(title=self._text("columns.source"), width=40),
        ]
        policies = self.result.policies(self.phrases.language)
        return SheetTable(
            fields=fields, rows=[[one.title, one.text, one.source] for one in policies]
        )

    def _notes(self) -> SheetTable:
        rulebook = self.result.rulebook
        title, version = rulebook.title.of(self.phrases.language), str(rulebook.version)
        lines = [self.phrases.text("rulebook", id=rulebook.id, version=version, title=title)]
        lines += [self._text(f"note.{key}") for key in ("missing", "means", "shares", "scores")]
        if self.result.read.simulated:
            lines.append(self.phrases.text("simulated", count=self.result.read.simulated))
        warnings = self.result.rating.warnings
        lines += [warning.message(self.phrases.language) for warning in warnings]
        lines.append(self._text("note.data"))
        fields = [Field(title=self._text("columns.note"), width=120)]
        return SheetTable(fields=fields, rows=[[line] for line in lines])

    def _grade_fields(self, look: Look) -> Sequence[Field]:
        bands = self.result.rulebook.grade_bands
        return [Field(title=band.name.of(self.phrases.language), look=look) for band in bands]

    def _criterion_fields(self) -> Sequence[Field]:
        numbers = self.result.rulebook.criteria
        return [
            Field(title=self.phrases.criterion(number), look=Look.POINTS, width=7)
            for number in numbers
        ]

    def _text(self, key: str, **params: object) -> str:
        return self.phrases.texts.text(f"reporting.rating.{key}", **params)


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _plain(value: object) -> Value:
    """A value of the JSON for a sheet; points, decimal strings in JSON, become numbers."""
    if value is None or isinstance(value, int | Decimal):
        return value
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdecimal() and "." in text else text
