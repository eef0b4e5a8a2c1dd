"""Prints the findings about a file on the terminal."""

from collections.abc import Iterator, Sequence

from admin.importing.findings import ColumnCells, Findings, SheetRows, UnknownColumn
from admin.kit.runtime import Runtime

SHOWN_ROWS = 10
"""The most rows listed for one reason or note."""
LISTED = 20
"""The most columns or worksheets listed."""


def tell_findings(runtime: Runtime, found: Findings, rows: int) -> None:
    """Print unused columns, empty cells, and rows that were hidden or skipped."""
    _tell_sheets(runtime, found.sheets)
    if found.writing:
        runtime.say("sheets.converted", writing=found.writing)
    if found.unknown:
        _tell_unknown(runtime, found.unknown)
    if cells := "; ".join(_cells(runtime, found.columns, rows)):
        runtime.say("imports.cells", columns=cells)
    if found.hidden:
        runtime.say("imports.hidden", count=found.hidden)
    if found.hidden_columns:
        runtime.say("imports.hidden_columns", columns=", ".join(found.hidden_columns))
    if found.passed_over:
        count = len(found.passed_over)
        lines = shortened(found.passed_over, count)
        runtime.say("imports.passed_over", count=count, rows=lines)


def _tell_sheets(runtime: Runtime, sheets: Sequence[SheetRows]) -> None:
    for sheet in sheets[:LISTED]:
        told = {"sheet": sheet.sheet, "rows": sheet.rows, "accepted": sheet.accepted}
        runtime.say("imports.of_sheet", **told, rejected=sheet.rejected)
    if len(sheets) > LISTED:
        runtime.say("imports.more_sheets", count=len(sheets) - LISTED)


def shortened(rows: Sequence[str], count: int) -> str:
    """The first row numbers of a long list."""
    shown = ", ".join(rows[:SHOWN_ROWS])
    return f"{shown}, …" if rows and count > min(SHOWN_ROWS, len(rows)) else shown


def _tell_unknown(runtime: Runtime, unknown: Sequence[UnknownColumn]) -> None:
    named = [_named(runtime, one) for one in unknown[:LISTED]]
    more = ", …" if len(unknown) > LISTED else ""
    runtime.say("imports.unknown_columns", count=len(unknown), columns=", ".join(named) + more)
    lines = [f"{one.likely}: {one.column}" for one in unknown if one.likely]
    if lines:
        runtime.say("imports.mapping_hint", lines="; ".join(dict.fromkeys(lines)))


def _named(runtime: Runtime, one: UnknownColumn) -> str:
    if one.likely is None:
        return f"“{one.column}”"
    return runtime.text("imports.likely", column=one.column, likely=one.likely_title)


def _cells(runtime: Runtime, columns: Sequence[ColumnCells], rows: int) -> Iterator[str]:
    """Print each column with cells that have no value of their own."""
    for one in columns:
        counts = {
            name: getattr(one, name)
            for name in ("empty", "errors", "uncomputed", "merged")
            if getattr(one, name)
        }
        if counts:
            said = (
                runtime.text(f"imports.cells_{name}", count=count, rows=rows)
                for name, count in counts.items()
            )
            yield f"{one.title} ({', '.join(said)})"
