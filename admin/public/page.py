"""The page of public results: static HTML that needs no script, in Vietnamese or English."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from admin.public.answers import PublicQuestion
from admin.public.charts import Bar, bars
from admin.public.data import PublicResults, PublicUnit
from admin.public.hidden import HIDDEN, Hidden
from admin.reporting.period_phrase import period_phrase
from scoring.unit_rating import State

FOLDER = Path(__file__).parent
HIDDEN_WORDS = {"vi": "ẩn", "en": "hidden"}
HUNDRED = 100


class PageTable(TypedDict):
    """A table of the page; the first cell of a row is its heading."""

    id: str
    title: str
    note: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


class PageChart(TypedDict):
    """A chart of the page."""

    id: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPage:
    """Published results with their words."""

    found: PublicResults
    office: str
    files: Mapping[str, str]
    """The data files, each with the key of what it is."""

    def html(self) -> str:
        """The whole page."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        found = self.found
        loader = FileSystemLoader(FOLDER)
        made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        return made.get_template("page.html").render(
            language=found.phrases.language,
            text=self.text,
            office=self.office,
            period=period_phrase(found.phrases.texts, found.result.period),
            mark=self._mark(),
            empty=found.result.rating.is_empty,
            simulated=found.simulated,
            summary=list(self._summary()),
            charts=list(self._charts()),
            tables=list(self._tables()),
            legend=list(self._legend()),
            files=[(name, self.text(f"files.{key}")) for name, key in self.files.items()],
            legend_title=self.text("legend"),
            data_note=self.text("data_note"),
            program=version("motcua"),
        )

    def text(self, key: str, **params: object) -> str:
        """A text of the page."""
        return self.found.phrases.texts.text(f"public.{key}", **params)

    def _mark(self) -> str:
        mark = self.found.result.mark
        if mark is None or mark.live:
            return self.text("not_signed")
        return self.text("signed", at=mark.at, digest=mark.digest)

    def _summary(self) -> Iterator[str]:
        result, number = self.found.result, self.found.phrases.number
        totals = result.totals
        scored = [u for u in self.found.units if u.state == State.SCORED]
        yield self.text("units", units=len(self.found.units), scored=len(scored))
        yield self.text("dossiers", received=totals.received, dossiers=totals.dossiers)
        if isinstance(self.found.leading, Decimal):
            yield self.text("leading", points=number(self.found.leading))
        secret = {unit.block for unit in self.found.units if unit.grade is HIDDEN}
        for name, group in result.rating.blocks.items():
            if name in secret:
                continue
            grades = ", ".join(
                f"{band.name.of(self.found.phrases.language)} {group.grades[band.id]}/{group.units}"
                for band in result.rulebook.grade_bands
                if group.grades[band.id]
            )
            if grades:
                yield self.text("block", block=self.found.phrases.block(name), grades=grades)

    def _charts(self) -> Iterator[PageChart]:
        if self.found.result.rulebook.grades is not None:
            yield self._chart("grades", self.text("charts.grades"), list(self._grade_bars()))
        criteria = list(self._criterion_bars())
        if criteria:
            yield self._chart("criteria", self.text("charts.criteria"), criteria)
        asked = self.found.satisfaction
        if asked is not None and isinstance(asked.answered, int):
            yield self._chart("satisfaction", asked.text, list(self._answer_bars(asked)))

    def _chart(self, name: str, title: str, listed: Sequence[Bar]) -> PageChart:
        return {"id": name, "title": title, "svg": bars(title, listed)}

    def _grade_bars(self) -> Iterator[Bar]:
        scored = (u for u in self.found.units if u.state == State.SCORED)
        units = [unit for unit in scored if unit.grade is not HIDDEN]
        for band in self.found.result.rulebook.grade_bands:
            count = sum(unit.grade == band.id for unit in units)
            share = count / len(units) if units else 0
            words = self.text("of", count=count, whole=len(units))
            yield Bar(label=band.name.of(self.found.phrases.language), share=share, words=words)

    def _criterion_bars(self) -> Iterator[Bar]:
        book = self.found.result.rulebook
        for number, mean in self.found.means.items():
            most = book.most(number) or Decimal(HUNDRED)
            if isinstance(mean, Decimal):
                words = self.found.phrases.number(mean)
                label = self.found.phrases.criterion(number)
                yield Bar(label=label, share=float(mean / most), words=words)

    def _answer_bars(self, asked: PublicQuestion) -> Iterator[Bar]:
        for option, count in asked.counts.items():
            shown = isinstance(count, int) and isinstance(asked.answered, int) and asked.answered
            share = count / shown if isinstance(count, int) and shown else 0
            yield Bar(label=asked.options[option], share=share, words=self._cell(count))

    def _tables(self) -> Iterator[PageTable]:
        yield self._units()
        yield self._points()
        if self.found.satisfaction is not None:
            yield self._answers(self.found.satisfaction)
        yield self._questions()

    def _units(self) -> PageTable:
        heads = ("name", "grade", "total", "received", "dossiers", "responses")
        return {
            "id": "units",
            "title": self.text("tables.units"),
            "note": "",
            "heads": [self.text(f"columns.{key}") for key in heads],
            "rows": [self._unit(unit) for unit in self.found.units],
        }

    def _unit(self, unit: PublicUnit) -> list[str]:
        number = self.found.phrases.number
        total = self._cell(unit.total)
        if isinstance(unit.total, Decimal):
            total = f"{total}/{number(unit.reachable)}"
        counts = [self._cell(value) for value in (unit.received, unit.dossiers, unit.responses)]
        return [unit.name, self.grade(unit), total, *counts]

    def grade(self, unit: PublicUnit) -> str:
        """The grade of a unit in words, or why it has none."""
        if unit.grade is HIDDEN:
            return self._cell(HIDDEN)
        if unit.grade is None:
            return self.found.phrases.state(State(unit.state))
        bands = {one.id: one.name for one in self.found.result.rulebook.grade_bands}
        return bands[str(unit.grade)].of(self.found.phrases.language)

    def _points(self) -> PageTable:
        phrases, criteria = self.found.phrases, self.found.result.rulebook.criteria
        names = [
            f"{phrases.criterion(n)}: {c.name.of(phrases.language)}" for n, c in criteria.items()
        ]
        rows = [
            [unit.name, *(self._cell(value) for value in unit.points.values())]
            for unit in self.found.units
        ]
        means = [self.text("mean"), *(self._cell(value) for value in self.found.means.values())]
        return {
            "id": "points",
            "title": self.text("tables.points"),
            "note": "; ".join(names) + ".",
            "heads": [self.text("columns.name"), *map(phrases.criterion, criteria)],
            "rows": [*rows, means],
        }

    def _answers(self, asked: PublicQuestion) -> PageTable:
        rows = [
            [unit.name, *(self._cell(c) for c in unit.answers.values()), self._cell(unit.responses)]
            for unit in self.found.units
        ]
        whole = [*asked.counts.values(), asked.answered]
        return {
            "id": "answers",
            "title": self.text("tables.answers"),
            "note": asked.text,
            "heads": [
                self.text("columns.name"),
                *asked.options.values(),
                self.text("columns.responses"),
            ],
            "rows": [*rows, [self.text("whole"), *map(self._cell, whole)]],
        }

    def _questions(self) -> PageTable:
        rows = [
            [asked.text, asked.options[option], self._cell(count), self._share(count, asked)]
            for asked in self.found.questions
            for option, count in asked.counts.items()
        ]
        heads = ("question", "option", "count", "share")
        return {
            "id": "questions",
            "title": self.text("tables.questions"),
            "note": "",
            "heads": [self.text(f"columns.{key}") for key in heads],
            "rows": rows,
        }

    def _share(self, count: int | Hidden, asked: PublicQuestion) -> str:
        if not isinstance(count, int) or not isinstance(asked.answered, int) or not asked.answered:
            return self._cell(HIDDEN)
        return self.found.phrases.percent(Decimal(HUNDRED * count) / asked.answered)

    def _legend(self) -> Iterator[str]:
        book, language = self.found.result.rulebook, self.found.phrases.language
        words = HIDDEN_WORDS[language]
        yield self.text("legend_hidden", word=words, below=self.found.below)
        yield self.text("legend_zero", below=self.found.below)
        yield self.text("legend_unknown")
        yield self.text("legend_rules", title=book.title.of(language), source=book.source)

    def _cell(self, value: Any) -> str:  # noqa: ANN401 - a count, points, hidden or unknown
        if value is HIDDEN:
            return HIDDEN_WORDS[self.found.phrases.language]
        return self.found.phrases.number(value)
