"""The result of an import, for people and for programs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from admin.importing.findings import Findings
from admin.importing.findings_told import shortened, tell_findings
from admin.importing.notes import MOST, Detail
from admin.importing.saved_mapping import SavedMapping
from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import Runtime
from admin.sheets import Row
from surveys.store.system.audit import AuditEntry

NAMED = 5
EXAMPLES = 2
UNKNOWN_UNIT = "units.unknown"
LISTED = 20
"""The most reasons, columns or worksheets listed on the terminal."""


@dataclass(slots=True, kw_only=True)
class Reason:
    """A reason for rejecting rows."""

    code: str
    column: str
    count: int = 0
    rows: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    """The cells, if the reason concerns a cell."""
    examples: list[str] = field(default_factory=list)
    """The sentence of the first row, and the first different one."""

    def add(self, row: Row, said: str, cell: str = "") -> None:
        """Count one more row; the first hundred are listed."""
        self.count += 1
        if len(self.rows) < MOST:
            self.rows.append(row.place)
            self.cells += [cell] if cell else []
        if len(self.examples) < EXAMPLES and said not in self.examples:
            self.examples.append(said)


@dataclass(slots=True, kw_only=True)
class Report:
    """The result of an import: rows = accepted + rejected, accepted = new + changed + same."""

    kind: str
    file: Path
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """The stored fields that changed, and how often."""
    rejected: int = 0
    rejects: Path | None = None
    named: list[tuple[int, str]] = field(default_factory=list)
    """The first rejected rows and their reasons."""
    reasons: dict[tuple[str, str, str], Reason] = field(default_factory=dict)
    """The reasons of rejected rows, by the refusal's code, the column and the unknown unit."""
    rejected_by_sheet: dict[str, int] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)
    mapping: SavedMapping | None = None
    """The remembered mapping that was used."""
    without_essential: bool = False
    """Whether none of the essential columns had a value."""
    warnings: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    """The rows and columns of each warning."""
    audited: list[AuditEntry] = field(default_factory=list)
    dry_run: bool = False
    sheet: str = ""
    unread: tuple[str, ...] = ()
    """The worksheet that was read, and those of the same file that were not."""

    def reject(self, row: Row, said: str, code: str, params: Mapping[str, object]) -> None:
        """Count a rejected row."""
        column, cell = str(params.get("column", "")), str(params.get("cell", ""))
        unit = str(params.get("unit", "")) if code.startswith(UNKNOWN_UNIT) else ""
        self.rejected += 1
        self.rejected_by_sheet[row.sheet] = self.rejected_by_sheet.get(row.sheet, 0) + 1
        one = self.reasons.setdefault((code, column, unit), Reason(code=code, column=column))
        one.add(row, said, cell)
        if len(self.named) < NAMED:
            self.named.append((row.number, said))

    @property
    def accepted(self) -> int:
        """The number of accepted rows."""
        return self.new + self.changed + self.same

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        counts = ("rows", "accepted", "rejected", "new", "changed", "same")
        return {
            "file": self.file,
            **{name: getattr(self, name) for name in counts},
            "changed_fields": dict(self.fields),
            "warnings": dict(self.warnings),
            "warning_details": {key: asdict(detail) for key, detail in self.details.items()},
            "reasons": [asdict(reason) for reason in self.reasons.values()],
            **self.found.as_json(),
            "saved_mapping": self.mapping.as_json() if self.mapping else None,
            "unread_sheets": list(self.unread),
            "rejects": self.rejects if self.rejected else None,
            "dry_run": self.dry_run,
        }


def tell(runtime: Runtime, shown_as: Format, report: Report, *others: Report) -> int:
    """Print the result of an import; returns the exit code: 1 if every row of a file was rejected.

    Rejected rows are a normal result: exit code 0.

    In JSON the reports of further files are nested in the first one, under their kinds.
    """
    reports = (report, *others)
    if shown_as is Format.JSON:
        output.show_json(report.as_json() | {other.kind: other.as_json() for other in others})
    elif shown_as is Format.CSV:
        rows = [one.as_json() | {"warnings": sum(one.warnings.values())} for one in reports]
        output.show_csv(rows, [key for key in rows[0] if not isinstance(rows[0][key], dict | list)])
    if report.dry_run and shown_as is Format.TABLE:
        runtime.say("imports.dry_run")
    for one in reports:
        if shown_as is Format.TABLE:
            _tell_counts(runtime, one)
        _tell_troubles(runtime, one, among_others=bool(others))
    return int(any(one.rejected and not one.accepted for one in reports))


def _tell_troubles(runtime: Runtime, report: Report, *, among_others: bool) -> None:
    """Print why rows were rejected, then other things to look at."""
    file = report.file.name if among_others else ""
    for reason in list(report.reasons.values())[:LISTED]:
        _tell_reason(runtime, reason, file)
    if len(report.reasons) > LISTED:
        runtime.say("imports.more_reasons", count=len(report.reasons) - LISTED)
    if report.rejected and report.rejects:
        runtime.say("imports.rejects_file", file=report.rejects)
    if report.mapping:
        told = report.mapping
        runtime.say("imports.saved_mapping", file=told.file, day=told.saved_on)
        if told.unknown_units:
            units = "; ".join(f"“{word}” ({ours})" for word, ours in told.unknown_units.items())
            runtime.say("imports.saved_unknown_units", file=told.file, units=units)
    if report.without_essential:
        runtime.say(f"{report.kind}.without_essential")
    if report.unread:
        names = ", ".join(report.unread)
        runtime.say("imports.unread", file=report.file.name, sheet=report.sheet, names=names)
    tell_findings(runtime, report.found, report.rows)
    _tell_changes(runtime, report)
    _tell_notes(runtime, report)


def _tell_changes(runtime: Runtime, report: Report) -> None:
    """Print which stored fields changed."""
    if report.fields:
        named = (
            f"{runtime.text(f'{report.kind}.columns.{name}')} {count}"
            for name, count in report.fields.most_common()
        )
        runtime.say("imports.changed_fields", fields=", ".join(named))


def _tell_reason(runtime: Runtime, reason: Reason, file: str) -> None:
    """Print `9 × the reason` with the rows; a single one by its row."""
    if reason.count == 1:
        said = "imports.rejected_row_of" if file else "imports.rejected_row"
        runtime.say(said, file=file, row=reason.rows[0], reason=reason.examples[0])
        return
    alike = len(reason.examples) > 1
    places = "imports.cells_at" if reason.cells else "imports.rows"
    runtime.say(
        "imports.rejected_alike" if alike else "imports.rejected_same",
        where=f"{file}: " if file else "",
        count=reason.count,
        places=runtime.text(places, rows=shortened(reason.cells or reason.rows, reason.count)),
        reason=reason.examples[0],
    )


def _tell_notes(runtime: Runtime, report: Report) -> None:
    """Print each note with the rows to look at."""
    for key, count in report.warnings.items():
        detail = report.details.get(key, Detail())
        words = ", ".join(f"“{word}”" for word in detail.words)
        said = runtime.text(f"{report.kind}.warnings.{key}", count=count, words=words)
        rows = shortened(detail.rows, len(detail.rows))
        click.echo(f"{said} {runtime.text('imports.rows', rows=rows)}" if rows else said, err=True)


def _tell_counts(runtime: Runtime, report: Report) -> None:
    counts = ("rows", "accepted", "rejected", "new", "changed", "same")
    told = {name: getattr(report, name) for name in counts}
    click.echo(runtime.text("imports.told", file=report.file.name, **told))
