"""What an import reports about its file besides the rows: nothing is ignored silently."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from admin.sheets import ColumnSpec, Sheet, Tally
from admin.sheets.columns import is_serial, likely


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownColumn:
    """A column that was not used; `likely`: our column it probably corresponds to."""

    column: str
    filled: int
    likely: str | None = None
    likely_title: str | None = None

    def __str__(self) -> str:
        """The header with our likely column: `“Kỳ hạn” (due_at?)`."""
        return f"“{self.column}” ({self.likely}?)" if self.likely else f"“{self.column}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCells:
    """The cells of one of our columns that have no value of their own, counted by cause."""

    column: str
    title: str
    empty: int
    errors: int
    uncomputed: int
    merged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRows:
    """One worksheet of several."""

    sheet: str
    rows: int
    rejected: int
    passed_over: int

    @property
    def accepted(self) -> int:
        """The number of accepted rows."""
        return self.rows - self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Findings about a file, apart from its rows."""

    unknown: Sequence[UnknownColumn] = ()
    columns: Sequence[ColumnCells] = ()
    hidden: int = 0
    hidden_columns: Sequence[str] = ()
    """Titles of our columns that are hidden in the sheet; they are read nevertheless."""
    passed_over: Sequence[str] = ()
    """The lines that are not rows of data: headings, sums, signatures."""
    sheets: Sequence[SheetRows] = field(default_factory=tuple)
    writing: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "unknown_columns": [asdict(one) for one in self.unknown],
            "columns": [asdict(one) for one in self.columns],
            "hidden_rows": self.hidden,
            "hidden_columns": list(self.hidden_columns),
            "passed_over": len(self.passed_over),
            "passed_over_rows": list(self.passed_over),
            "sheets": [asdict(one) | {"accepted": one.accepted} for one in self.sheets],
            "writing": self.writing or "Unicode",
        }


def findings_of(sheet: Sheet, specs: Sequence[ColumnSpec], rejected: dict[str, int]) -> Findings:
    """Collect the findings of a sheet after reading it. `rejected`: worksheet → number of rows."""
    tallies = sheet.tallies
    rows = sum(tally.rows for tally in tallies.values())
    named = {spec.name for spec in specs}
    several = len(sheet.parts) > 1
    return Findings(
        unknown=[
            _unknown(title, rows, sheet, specs)
            for title in sheet.others
            if title not in sheet.used and not is_serial(title)
        ],
        columns=[_cells(name, sheet) for name in sheet.known if name in named],
        hidden=sum(tally.hidden for tally in tallies.values()),
        hidden_columns=_hidden(sheet),
        passed_over=[place for tally in tallies.values() for place in tally.passed_over],
        sheets=[_rows(name, tally, rejected) for name, tally in tallies.items()] if several else (),
        writing=sheet.writing,
    )


def _hidden(sheet: Sheet) -> list[str]:
    titles = (
        part.header.titles[place]
        for part in sheet.parts
        for place in part.header.known.values()
        if place in part.page.hidden_columns
    )
    return list(dict.fromkeys(titles))


def missing(sheet: Sheet, essential: Sequence[str]) -> bool:
    """Whether these columns are empty in every row."""
    rows = sum(tally.rows for tally in sheet.tallies.values())
    return bool(essential) and all(
        name not in sheet or sum(tally.empty[name] for tally in sheet.tallies.values()) >= rows
        for name in essential
    )


def is_understood(sheet: Sheet, essential: Sequence[str], found: Findings) -> bool:
    """Whether every column of the file was recognized, so that it plainly lacks these."""
    return not any(name in sheet for name in essential) and not any(
        one.filled for one in found.unknown
    )


def _unknown(title: str, rows: int, sheet: Sheet, specs: Sequence[ColumnSpec]) -> UnknownColumn:
    meant = likely(title, specs, sheet.known)
    empty = sum(tally.empty[title] for tally in sheet.tallies.values())
    return UnknownColumn(
        column=title,
        filled=rows - empty,
        likely=meant.name if meant else None,
        likely_title=(meant.titles or (meant.name,))[0] if meant else None,
    )


def _cells(name: str, sheet: Sheet) -> ColumnCells:
    counts = [
        (tally.empty[name], tally.errors[name], tally.uncomputed[name], tally.merged[name])
        for tally in sheet.tallies.values()
    ]
    empty, errors, uncomputed, merged = map(sum, zip(*counts, strict=True))
    return ColumnCells(
        column=name,
        title=sheet.title_of(name),
        empty=empty,
        errors=errors,
        uncomputed=uncomputed,
        merged=merged,
    )


def _rows(name: str, tally: Tally, rejected: dict[str, int]) -> SheetRows:
    return SheetRows(
        sheet=name,
        rows=tally.rows,
        rejected=rejected.get(name, 0),
        passed_over=len(tally.passed_over),
    )
