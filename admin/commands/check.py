"""`motcua check`: every figure of a printed table that does not add up, named."""

from decimal import Decimal
from itertools import groupby
from pathlib import Path

import click

from admin.checking.finding_words import FindingWords
from admin.checking.printed_tables import PrintedTables, load_tables
from admin.checking.view import CheckView
from admin.kit.output import Format
from admin.kit.percent import PERCENT
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.rating.rulebooks import chosen
from scoring.reconcile import (
    Policy,
    RateRounding,
    Report,
    load_vocabulary,
    policy_of,
    reconcile,
)

NAMED = 20
"""The most unreadable cells listed on the terminal; JSON lists all."""


@leaf("check")
@click.argument("file", type=FILE)
@click.option("--quota", type=PERCENT, metavar="PCT")
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
    grades = {band.id: band.name.of(language) for band in rulebook.grade_bands}
    policy = policy_of(rulebook, rounding=RateRounding(rounding), quota=quota)
    printed, report = _check_file(file, policy)
    words = FindingWords(runtime.texts, grades)
    view = CheckView(
        texts=runtime.texts, words=words, file=file.name, printed=printed, report=report
    )
    runtime.present(view, shown_as)
    _tell(runtime, report, printed)
    return 1 if strict and (report.wrong or printed.unread or printed.hidden) else 0


def _check_file(file: Path, policy: Policy) -> tuple[PrintedTables, Report]:
    vocabulary = load_vocabulary()
    printed = load_tables(file, vocabulary)
    return printed, reconcile(printed.tables, vocabulary, policy)


def _tell(runtime: Runtime, report: Report, printed: PrintedTables) -> None:
    """Print the outcome in a line, and what was left out of it."""
    wrong, notes = len(report.wrong), len(report.findings) - len(report.wrong)
    counts = {"comparisons": report.comparisons, "wrong": wrong, "notes": notes}
    runtime.say(f"check.{_outcome(report, printed)}", **counts, unread=len(printed.unread))
    if printed.writing:
        runtime.say("sheets.converted", writing=printed.writing)
    if printed.hidden:
        runtime.say("check.hidden_sheets", sheets=", ".join(printed.hidden))
    for sheet, cells in groupby(printed.unread, lambda cell: cell.sheet):
        listed = [f"{cell.cell} ({cell.value})" for cell in cells]
        shown = ", ".join(listed[:NAMED]) + (" …" if len(listed) > NAMED else "")
        place = f"{sheet}: " if sheet else ""
        runtime.say("check.unread_cells", cells=f"{place}{shown}", count=len(listed))
    for table, columns in groupby(report.unread, lambda entry: entry[0]):
        headers = "; ".join(header for _, header in columns)
        runtime.say("check.unread", table=table, columns=headers)


def _outcome(report: Report, printed: PrintedTables) -> str:
    """The outcome; never “all right” if a cell or a sheet was not read."""
    if report.findings:
        return "found"
    if printed.unread:
        return "right_but_unread"
    if printed.hidden:
        return "right_but_hidden"
    return "all_right" if report.comparisons else "nothing_to_check"
