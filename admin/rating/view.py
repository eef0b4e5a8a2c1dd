"""A rating for people and programs: its blocks on the terminal, its JSON, its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from admin.kit.output import Block, Points
from admin.kit.percent import share
from admin.kit.tables import Column, Kind, Row, Table
from admin.rating import compared, rows
from admin.rating.attention import SelfDifference
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from admin.rating.shares_table import shares_table
from scoring.aggregates import Group, grade_of_mean
from scoring.unit_rating import UnitRating

COUNTS = ("received", "dossiers", "responses")
WIDEST = 5
"""Criteria side by side in a table of shares: they fit into 80 columns."""
LOWERED, DIFFERS = "grade_lowered_by_missing", "self_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingView:
    """A rating with its words, ready for every format."""

    result: RatingResult
    phrases: RatingPhrases

    def as_json(self) -> dict[str, Any]:
        """Everything the blocks show."""
        return rows.as_json(self.result, self.phrases)

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per unit."""
        return rows.flat(self.result)

    def blocks(self) -> Iterator[Block]:
        """Units, blocks, the totals, the attention lists, the policies applied, the comparison."""
        yield from self._heading()
        yield from self._unit_tables()
        yield self._groups()
        yield from self._whole()
        yield from self._notes()
        if self.result.past is not None:
            yield from compared.blocks(self.phrases, self.result.past)

    def _heading(self) -> Iterator[Block]:
        period, rulebook = self.result.period, self.result.rulebook
        yield self._text("period", id=period.id, first=period.start, last=period.end)
        if self.result.mark is not None:
            yield self.result.mark.line(self.phrases.texts)
        title, version = rulebook.title.of(self.phrases.language), str(rulebook.version)
        yield self._text("rulebook", id=rulebook.id, version=version, title=title)
        if rulebook.local_decision:
            yield self._text("local_decision", decision=rulebook.local_decision)
        if rulebook.compiled_by:
            compiler = rulebook.compiled_by.of(self.phrases.language)
            yield self._text("compiled_by", compiler=compiler)
        yield ""

    def _unit_tables(self) -> Iterator[Table]:
        """One table; several if a rulebook of shares has more criteria than fit side by side."""
        book = self.result.rulebook
        criteria = tuple(book.criteria)
        parts, width = self._parts(), WIDEST if not book.has_total else len(criteria)
        units = [self._unit(unit, criteria) for unit in self.result.rating.units]
        listed = [*units, self._means(criteria)]
        named = [self._column("unit", Kind.CODE, optional=True), self._column("name")]
        counts = [self._column(key, Kind.FIGURE, optional=True) for key in COUNTS]
        ends = [self._column("total", Kind.FIGURE)] if book.has_total else []
        for start in range(0, max(len(parts), 1), max(width, 1)):
            some = parts[start : start + width]
            first, last = (counts, [*ends, self._column("grade")]) if start == 0 else ([], [])
            yield Table(
                columns=[*named, *first, *some, *last],
                rows=listed,
                title=self._text("units") if start == 0 else "",
                last_is_total=True,
            )

    def _parts(self) -> list[Column]:
        """A column for each group of criteria, else for each criterion."""
        groups = self.result.rulebook.groups.items()
        if groups:
            language = self.phrases.language
            return [
                Column(key=f"g{name}", title=one.name.of(language), kind=Kind.FIGURE)
                for name, one in groups
            ]
        return [_criterion_column(self.phrases, n) for n in self.result.rulebook.criteria]

    def _unit(self, unit: UnitRating, criteria: tuple[str, ...]) -> Row:
        phrases, evidence = self.phrases, unit.evidence
        return {
            "unit": unit.code,
            "name": evidence.name,
            **{key: phrases.number(getattr(evidence, key)) for key in COUNTS},
            **{f"cs{number}": phrases.points(unit, number) for number in criteria},
            **{f"g{name}": phrases.group(unit, name) for name in unit.groups},
            "total": phrases.total(unit),
            "grade": phrases.grade(unit),
        }

    def _means(self, criteria: tuple[str, ...]) -> Row:
        """Totals received and returned, the criterion means, the leading aggregate."""
        number, overall = self.phrases.number, self.result.rating.overall
        return {
            "name": self._text("mean"),
            **{key: number(getattr(self.result.totals, key)) for key in COUNTS},
            **{f"cs{name}": number(overall.criteria[name]) for name in criteria},
            "total": number(overall.aggregates[overall.printed.value]),
        }

    def _groups(self) -> Table:
        columns = [self._column("block", Kind.CODE), self._column("what")]
        columns += [self._column(key, Kind.FIGURE) for key in ("units", "scored", "mean")]
        columns += [self._column("grade")] if self.result.rulebook.grades else []
        columns += [
            Column(key=band.id, title=band.name.of(self.phrases.language), kind=Kind.FIGURE)
            for band in self.result.rulebook.grade_bands
        ]
        groups = self.result.rating.blocks.items()
        listed = [row for name, group in groups for row in self._group(name, group)]
        return Table(columns=columns, rows=listed, title=self._text("blocks"))

    def _group(self, name: str, group: Group) -> Iterator[Row]:
        number = self.phrases.number
        grades = {grade: number(count) for grade, count in group.grades.items()}
        counts = {"units": number(group.units), "scored": number(group.scored)}
        mean = {"mean": number(group.mean), "grade": self._grade(group.mean)}
        yield {"block": name, "what": self._text("grades"), **counts, **mean, **grades}
        if not grades:
            return
        for key, whole in (("share_of_all", group.units), ("share_of_scored", group.scored)):
            yield {"what": self._text(key), **self._shares(group.grades, whole)}

    def _grade(self, mean: Decimal | None) -> str:
        """The grade of a mean; empty if there is no mean."""
        band = grade_of_mean(self.result.rulebook, mean)
        return band.name.of(self.phrases.language) if band else ""

    def _shares(self, grades: Mapping[str, int], whole: int) -> dict[str, str]:
        percent = self.phrases.percent
        return {
            grade: percent(share(count, whole) if count else None)
            for grade, count in grades.items()
        }

    def _whole(self) -> Iterator[Block]:
        if self.result.rulebook.has_total:
            yield self._overall()
        if self.result.rating.overall.shares:
            yield ""
            yield shares_table(self.phrases, self.result.rating.overall)

    def _overall(self) -> Table:
        overall = self.result.rating.overall
        marks = {overall.printed.value: self._text("leads")}
        listed = [
            {
                "aggregate": self.phrases.aggregate(name),
                "leads": marks.get(name, ""),
                "points": self.phrases.number(value),
                "grade": self._grade(value),
            }
            for name, value in self.result.aggregates.items()
        ]
        columns = [self._column("aggregate"), self._column("leads")]
        columns.append(self._column("points", Kind.FIGURE))
        columns += [self._column("grade")] if self.result.rulebook.grades else []
        return Table(columns=columns, rows=listed, title=self._text("overall"))

    def _notes(self) -> Iterator[Block]:
        differences = self._differences()
        yield Points(heading=self._text("warnings"), lines=list(self._warnings()))
        if len(differences) > 1:
            columns = [self._column("unit", Kind.CODE), self._column("name")]
            columns.append(self._column("differences"))
            yield ""
            title = self._text("self_differences")
            yield Table(columns=columns, rows=differences, title=title)
        yield Points(heading=self._text("attention"), lines=list(self._attention()))
        policies = self.result.policies(self.phrases.language)
        lines = [f"{policy.title}: {policy.text}" for policy in policies]
        yield Points(heading=self._text("policies"), lines=lines)

    def _warnings(self) -> Iterator[str]:
        """One line per warning; a warning shared by several units becomes one line or a table."""
        if self.result.read.simulated:
            yield self._text("simulated", count=self.result.read.simulated)
        lowered = self.result.attention.lowered_grades
        several = {LOWERED} if len(lowered) > 1 else set()
        several |= {DIFFERS} if len(self._differences()) > 1 else set()
        for warning in self.result.rating.warnings:
            if warning.code not in several:
                yield warning.message(self.phrases.language)
        if len(lowered) > 1:
            codes = ", ".join(one.code for one in lowered)
            period = self.result.period.id
            yield self._text("lowered", count=len(lowered), units=codes, period=period)

    def _differences(self) -> list[Row]:
        """One row per unit whose own scores differ from the ones that count."""
        return [
            {"unit": code, "name": name, "differences": "; ".join(map(self._difference, group))}
            for (code, name), group in groupby(
                self.result.attention.self_differences, key=lambda one: (one.code, one.name)
            )
        ]

    def _difference(self, one: SelfDifference) -> str:
        number = self.phrases.number
        own, counts = number(one.self_score), number(one.points)
        return f"{self.phrases.criterion(one.criterion)} {own} → {counts}"

    def _attention(self) -> Iterator[str]:
        found = self.result.attention
        if found.weak_criteria:
            listed = [
                f"{self.phrases.criterion(one.criterion)} ({self.phrases.number(one.mean)})"
                for one in found.weak_criteria
            ]
            yield self._text("weak", criteria=", ".join(listed))
        for key, units in (
            ("overdue", [f"{one.name} ({self.phrases.number(one.late)})" for one in found.overdue]),
            ("rescheduled", list(self._rescheduled())),
            ("no_online", [one.name for one in found.no_online_intake]),
            ("few_answers", [one.name for one in found.few_responses]),
        ):
            if units:
                yield self._text(key, count=len(units), units=", ".join(units))

    def _rescheduled(self) -> Iterator[str]:
        """The units that promised again otherwise than they may, with their counts."""
        for one in self.result.rescheduled:
            wrong = (one.again, one.without_apology, one.late_apology)
            if any(wrong):
                counts = " / ".join(self.phrases.number(count) for count in (*wrong, one.count))
                yield f"{one.name} ({counts})"

    def _column(self, key: str, kind: Kind = Kind.TEXT, *, optional: bool = False) -> Column:
        title = self._text(f"columns.{key}")
        return Column(key=key, title=title, kind=kind, optional=optional)

    def _text(self, key: str, **params: object) -> str:
        return self.phrases.text(key, **params)


def _criterion_column(phrases: RatingPhrases, number: str) -> Column:
    return Column(key=f"cs{number}", title=phrases.criterion(number), kind=Kind.FIGURE)
