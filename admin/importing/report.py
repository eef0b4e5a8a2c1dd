"""How an import went, for people and for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from admin.importing.notes import Detail
from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import Runtime

SHOWN_ROWS = 10
"""So many rows are named on the terminal for one reason or note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something the trail keeps: what was done to which thing."""

    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Report:
    """How an import went: rows = accepted + rejected, accepted = new + changed + same."""

    kind: str
    file: Path
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """Which fields of what was stored changed, and how often."""
    rejected: int = 0
    rejects: Path | None = None
    named: list[tuple[int, str]] = field(default_factory=list)
    warnings: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    """Where each warning holds."""
    deeds: list[Deed] = field(default_factory=list)
    dry_run: bool = False
    sheet: str = ""
    unread: tuple[str, ...] = ()
    """The worksheet that was read, and those of the same file that were not."""

    @property
    def accepted(self) -> int:
        """Rows that were taken."""
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
            "rejects": self.rejects if self.rejected else None,
            "dry_run": self.dry_run,
        }


def tell(runtime: Runtime, shown_as: Format, report: Report, *others: Report) -> int:
    """Print how an import went; the exit code: 1 only when every row of a file was rejected.

    Rows that come back with their reasons are a result, as findings are `check`'s.

    In JSON the reports of further files stand in the first one, under their kinds.
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
    if report.unread:
        names = ", ".join(report.unread)
        runtime.say("imports.unread", file=report.file.name, sheet=report.sheet, names=names)
    if report.fields:
        named = (
            f"{runtime.text(f'{report.kind}.columns.{name}')} {count}"
            for name, count in report.fields.most_common()
        )
        runtime.say("imports.changed_fields", fields=", ".join(named))
    _tell_notes(runtime, report)
    said = "imports.rejected_row_of" if among_others else "imports.rejected_row"
    for number, reason in report.named:
        runtime.say(said, file=report.file.name, row=str(number), reason=reason)
    if report.rejected > len(report.named):
        runtime.say("imports.more_rejected", count=report.rejected - len(report.named))
    if report.rejected and report.rejects:
        runtime.say("imports.rejects_file", file=report.rejects)


def _tell_notes(runtime: Runtime, report: Report) -> None:
    """Each note with the rows to look at."""
    for key, count in report.warnings.items():
        detail = report.details.get(key, Detail())
        words = ", ".join(f"“{word}”" for word in detail.words)
        said = runtime.text(f"{report.kind}.warnings.{key}", count=count, words=words)
        rows = shortened(detail.rows, count)
        click.echo(f"{said} {runtime.text('imports.rows', rows=rows)}" if rows else said, err=True)


def shortened(rows: Sequence[str], count: int) -> str:
    """The first rows of many."""
    shown = ", ".join(rows[:SHOWN_ROWS])
    return f"{shown}, …" if rows and count > min(SHOWN_ROWS, len(rows)) else shown


def _tell_counts(runtime: Runtime, report: Report) -> None:
    counts = ("rows", "accepted", "rejected", "new", "changed", "same")
    told = {name: getattr(report, name) for name in counts}
    click.echo(runtime.text("imports.told", file=report.file.name, **told))
