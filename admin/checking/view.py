"""The findings about a file of printed tables, for people and programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from admin.checking.finding_words import FindingWords
from admin.checking.printed_tables import PrintedTables
from admin.kit import tables
from admin.kit.output import Block, Line
from admin.kit.tables import Column, Kind, Row
from admin.kit.texts import Texts
from scoring.reconcile import Finding, Report, Severity

if TYPE_CHECKING:
    from rich.text import Text

CSV_KEYS = (
    *("severity", "code", "table", "sheet", "row", "column", "cell"),
    *("stated", "recomputed", "difference", "causes", "message"),
)
STYLES = {Severity.WRONG: "red"}
NUMBERS = ("stated", "recomputed", "difference")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """A checked file with its words, ready for every format."""

    texts: Texts
    words: FindingWords
    file: str
    printed: PrintedTables
    report: Report

    def blocks(self) -> Iterator[Block]:
        """One block per printed table, one part per kind of finding."""
        for (sheet, title), of_table in groupby(
            self.report.findings, lambda one: (one.sheet, one.table)
        ):
            yield Line(text=" · ".join(filter(None, (sheet, title))), style="bold underline")
            for _, same in groupby(of_table, lambda one: one.code):
                yield self._findings(list(same))

    def as_json(self) -> dict[str, Any]:
        """The tables that were read, what was compared, every finding."""
        report = self.report
        return {
            "file": self.file,
            "tables": [
                {"title": t.title, "sheet": t.sheet, "source": t.source, "rows": len(t.rows)}
                for t in self.printed.tables
            ],
            "comparisons": report.comparisons,
            "wrong": len(report.wrong),
            "notes": len(report.findings) - len(report.wrong),
            "findings": [self._entry(finding) for finding in report.findings],
            "unread_columns": [{"table": table, "column": name} for table, name in report.unread],
            "unread_cells": [cell._asdict() for cell in self.printed.unread],
            "hidden_sheets": list(self.printed.hidden),
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per finding."""
        return [self._row(finding) for finding in self.report.findings], CSV_KEYS

    def _entry(self, finding: Finding) -> dict[str, Any]:
        causes = [{"code": r.cause, "text": self.words.cause(r)} for r in finding.reasons]
        return {**self._row(finding), "causes": causes}

    def _row(self, finding: Finding) -> dict[str, Any]:
        return {
            "severity": finding.severity,
            "code": finding.code,
            "table": finding.table,
            "sheet": finding.sheet,
            "row": finding.row,
            "column": finding.column,
            "cell": finding.cell,
            "stated": finding.stated,
            "recomputed": finding.recomputed,
            "difference": finding.difference,
            "causes": " ".join(reason.cause for reason in finding.reasons),
            "message": self.words.message(finding),
        }

    def _findings(self, findings: Sequence[Finding]) -> Block:
        """Findings of one kind; one about the whole table is a line."""
        style = STYLES.get(findings[0].severity, "yellow")
        if not findings[0].row:
            return Line(text=self.words.message(findings[0]), style=style)
        return tables.Table(
            columns=[
                self._column("where"),
                *(self._column(key, Kind.FIGURE) for key in NUMBERS),
                self._column("remark"),
            ],
            rows=[self._cells(finding) for finding in findings],
            title=f"{self.words.title(findings[0])} ({len(findings)})",
            title_style=style,
        )

    def _cells(self, finding: Finding) -> Row:
        return {
            "where": self.words.where(finding),
            "stated": self.words.number(finding.stated),
            "recomputed": self.words.number(finding.recomputed),
            "difference": self.words.difference(finding),
            "remark": self._remark(finding),
        }

    def _remark(self, finding: Finding) -> "Text":
        """What was compared and, in italics, the likely causes."""
        from rich.text import Text

        remark = Text(self.words.detail(finding))
        return remark.append(f" {self.words.causes(finding)}".rstrip(), style="italic")

    def _column(self, key: str, kind: Kind = Kind.TEXT) -> Column:
        return Column(key=key, title=self.texts.text(f"check.columns.{key}"), kind=kind)
