"""`motcua check`: every figure of a printed table that does not add up, named."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.checking.finding_words import FindingWords
from admin.checking.printed_tables import load_tables
from admin.kit.output import Format, show_csv, show_json
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.rating.rulebooks import chosen
from scoring.reconcile import (
    Finding,
    Policy,
    RateRounding,
    Report,
    Severity,
    Table,
    load_vocabulary,
    policy_of,
    reconcile,
)
from scoring.reconcile.claims import percent

if TYPE_CHECKING:
    from rich.console import RenderableType

CSV_KEYS = (
    *("severity", "code", "table", "sheet", "row", "column", "cell"),
    *("stated", "recomputed", "difference", "causes", "message"),
)
HUNDRED = 100


class Percent(click.ParamType[Decimal]):
    """A percentage: 10, 10% or 12,5."""

    name = "percent"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Decimal:
        """The number, between 0 and 100."""
        try:
            number = percent(str(value))
        except ValueError:
            number = Decimal(-1)
        if not 0 <= number <= HUNDRED:
            self.fail(f"{value!r}", param, ctx)
        return number


@leaf("check")
@click.argument("file", type=FILE)
@click.option("--quota", type=Percent(), metavar="PCT")
@click.option(
    "--rounding",
    type=click.Choice([mode.value for mode in RateRounding]),
    default="half_up",
    show_default=True,
)
@click.option("--rulebook", "rulebook_id", metavar="ID")
@click.option("--strict", is_flag=True)
@format_option
def command(
    runtime: Runtime,
    file: Path,
    *,
    quota: Decimal | None,
    rounding: str,
    rulebook_id: str | None,
    strict: bool,
    shown_as: Format,
) -> int:
    """Recompute the printed tables of a file; findings are the result, so they exit 0."""
    rulebook = chosen(runtime, rulebook_id)
    language = runtime.texts.language
    grades = {band.id: band.name.of(language) for band in rulebook.grades.bands}
    policy = policy_of(rulebook, rounding=RateRounding(rounding), quota=quota)
    tables, report = _checked(file, policy)
    words = FindingWords(runtime.texts, grades)
    if shown_as is Format.JSON:
        show_json(_result(file, tables, report, words))
    elif shown_as is Format.CSV:
        show_csv([_row(finding, words) for finding in report.findings], CSV_KEYS)
    else:
        _draw(runtime, report.findings, words)
    _tell(runtime, report)
    return 1 if strict and report.wrong else 0


def _checked(file: Path, policy: Policy) -> tuple[tuple[Table, ...], Report]:
    vocabulary = load_vocabulary()
    tables = load_tables(file, vocabulary)
    return tables, reconcile(tables, vocabulary, policy)


def _result(
    file: Path, tables: Iterable[Table], report: Report, words: FindingWords
) -> Mapping[str, object]:
    return {
        "file": file.name,
        "tables": [
            {"title": t.title, "sheet": t.sheet, "source": t.source, "rows": len(t.rows)}
            for t in tables
        ],
        "comparisons": report.comparisons,
        "wrong": len(report.wrong),
        "notes": len(report.findings) - len(report.wrong),
        "findings": [_entry(finding, words) for finding in report.findings],
        "unread_columns": [{"table": table, "column": header} for table, header in report.unread],
    }


def _entry(finding: Finding, words: FindingWords) -> dict[str, object]:
    causes = [{"code": r.cause, "text": words.cause(r)} for r in finding.reasons]
    return {**_row(finding, words), "causes": causes}


def _row(finding: Finding, words: FindingWords) -> dict[str, object]:
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
        "message": words.message(finding),
    }


def _draw(runtime: Runtime, findings: Iterable[Finding], words: FindingWords) -> None:
    """One block a printed table, one part a kind of finding."""
    import sys

    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    for (sheet, title), of_table in groupby(findings, lambda f: (f.sheet, f.table)):
        console.print(Text(" · ".join(filter(None, (sheet, title))), style="bold underline"))
        for _, same in groupby(of_table, lambda f: f.code):
            console.print(_drawn(runtime, list(same), words))


def _drawn(runtime: Runtime, findings: list[Finding], words: FindingWords) -> "RenderableType":
    from rich import box
    from rich.table import Table as Drawing
    from rich.text import Text

    style = "red" if findings[0].severity is Severity.WRONG else "yellow"
    if not findings[0].row:
        return Text(words.message(findings[0]), style=style)
    title = Text(f"{words.title(findings[0])} ({len(findings)})", style=style)
    drawing = Drawing(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, expand=True
    )
    drawing.add_column(runtime.text("check.columns.where"), ratio=3)
    for name in ("stated", "recomputed", "difference"):
        drawing.add_column(runtime.text(f"check.columns.{name}"), justify="right", no_wrap=True)
    drawing.add_column(runtime.text("check.columns.remark"), ratio=5)
    for one in findings:
        numbers = (words.number(one.stated), words.number(one.recomputed), words.difference(one))
        remark = Text(words.detail(one))
        remark.append(f" {words.causes(one)}".rstrip(), style="italic")
        drawing.add_row(Text(words.where(one)), *numbers, remark)
    return drawing


def _tell(runtime: Runtime, report: Report) -> None:
    """The outcome in a line, and what took no part in it."""
    wrong, notes = len(report.wrong), len(report.findings) - len(report.wrong)
    key = "found" if report.findings else "all_right" if report.comparisons else "nothing_to_check"
    runtime.say(f"check.{key}", comparisons=report.comparisons, wrong=wrong, notes=notes)
    for table, columns in groupby(report.unread, lambda entry: entry[0]):
        listed = "; ".join(header for _, header in columns)
        runtime.say("check.unread", table=table, columns=listed)
