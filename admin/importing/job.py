"""Taking in a file: every row accepted or rejected with its reason, all in one transaction.

Each kind of file brings an `Importer`; this room does what they share: the sheet, the chunks, the
file of rejected rows, the row in `imports`, the audit log, the report.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from admin.importing.findings import findings_of, is_understood, missing
from admin.importing.notes import Notes
from admin.importing.report import Report
from admin.importing.saved_mapping import MappedSheet, read_mapped
from admin.importing.source import Source
from admin.importing.unit_limits import Touched, split
from admin.kit.refusals import REFUSALS, AnyRefusal, refusal
from admin.kit.runtime import Runtime
from admin.sheets import (
    ColumnSpec,
    Rejects,
    Row,
    Sheet,
    is_replaceable,
)
from admin.sheets.values import is_blank
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.system import audit, import_changes, imports
from surveys.store.system.audit import AuditEntry
from surveys.store.system.import_changes import Change

CHUNK = 2_000

T = TypeVar("T")
Read = tuple[Row, T]
Refused = tuple[Row, AnyRefusal]


@dataclass(slots=True, kw_only=True)
class Stored:
    """What became of some rows: counts, those that the database could not take, and the changes
    that the audit log keeps."""

    new: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """Which fields of what was there changed, and how often."""
    rejected: list[Refused] = field(default_factory=list)
    audited: list[AuditEntry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """What was there before, for those that are not written down with the rows themselves."""


class Importer(Protocol[T]):
    """One kind of file."""

    @property
    def kind(self) -> str:
        """`units`, `dossiers` …: the first part of its text keys and audit actions."""

    @property
    def columns(self) -> Sequence[ColumnSpec]:
        """The columns it knows."""

    @property
    def essential(self) -> Sequence[str]:
        """Columns of which at least one must have values, else the file was not understood."""

    @property
    def chunk(self) -> int:
        """So many rows are stored together."""

    @property
    def warnings(self) -> Counter[str]:
        """What is odd but taken: text key below `<kind>.warnings` → how often."""

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int, /) -> None:
        """Look up what reading the rows needs."""

    def read(self, row: Row, /) -> T:
        """Understand one row; raises Refusal with the reason to reject it."""

    def touched(self, one: T, /) -> Touched:
        """Whose unit or dossier a row is about, for officers who are limited to a unit."""

    async def store(self, conn: Connection, rows: Sequence[Read[T]], /) -> Stored:
        """Write these rows, and count which were new, changed, as before."""


async def run_import(runtime: Runtime, *jobs: tuple[Importer[Any], Source]) -> list[Report]:
    """Take files in, all in one transaction; with a dry run among them nothing is kept.

    Raises OSError or Refusal for a file that cannot be read at all; then nothing is changed.
    """
    places = {file.resolve() for _, source in jobs for file in source.read}
    database = await runtime.database()
    with ExitStack() as after_commit:
        async with database.write() as conn:
            taken = [await _take_in(conn, runtime, after_commit, places, *job) for job in jobs]
            await _write_audit_log(conn, runtime, taken)
            if any(source.dry_run for _, source in jobs):
                await conn.rollback()
    return taken


def _claim(wanted: Path | None, places: set[Path]) -> None:
    """Rejected rows must not take the place of what is read, of other rejects, of anything else.

    Raises Refusal `imports.rejects_is_file` or `imports.rejects_taken`.
    """
    if wanted is None:
        return
    if wanted.resolve() in places:
        raise Refusal("imports.rejects_is_file", file=wanted)
    if not is_replaceable(wanted):
        raise Refusal("imports.rejects_taken", file=wanted)
    places.add(wanted.resolve())


async def _take_in(
    conn: Connection,
    runtime: Runtime,
    after_commit: ExitStack,
    places: set[Path],
    importer: Importer[Any],
    source: Source,
) -> Report:
    columns = tuple(importer.columns)
    mapped = await read_mapped(conn, importer.kind, columns, source, runtime.today)
    sheet = mapped.sheet
    report = _report(importer.kind, source, mapped)
    _claim(report.rejects, places)
    titles = (runtime.text("sheets.rejected_row"), runtime.text("sheets.rejected_reason"))
    number = await _begin(conn, runtime, report)
    await importer.begin(conn, sheet, number)
    rejects = Rejects(report.rejects, sheet, titles)
    after_commit.enter_context(rejects)
    desk = _Desk(
        runtime=runtime,
        importer=importer,
        report=report,
        rejects=rejects,
        sheet=sheet,
        number=number,
    )
    await desk.work(conn)
    if missing(sheet, importer.essential) and report.new:
        _require_yes(source, sheet, importer, report)
    await _settle(conn, number, report)
    if mapped.given and report.accepted:
        await mapped.given.save(conn, importer.kind)
    return report


def _report(kind: str, source: Source, mapped: MappedSheet) -> Report:
    """The report before anything is counted."""
    return Report(
        kind=kind,
        file=source.file,
        rejects=source.rejects_file(mapped.sheet.kind),
        dry_run=source.dry_run,
        sheet=mapped.sheet.name,
        unread=mapped.sheet.unread,
        mapping=mapped.saved,
    )


def _require_yes(source: Source, sheet: Sheet, importer: Importer[Any], report: Report) -> None:
    """Raises Refusal `imports.no_essential` where a column was not understood or stands empty; a
    dry run, and a file that never had such columns, is only noted."""
    wanted = [spec.shown({}) for spec in importer.columns if spec.name in importer.essential]
    report.without_essential = not source.yes
    understood = is_understood(sheet, importer.essential, report.found)
    if not (source.yes or source.dry_run or understood):
        unknown = ", ".join(map(str, report.found.unknown)) or "–"
        columns = ", ".join(wanted)
        raise Refusal(
            "imports.no_essential", file=source.file.name, columns=columns, unknown=unknown
        )


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Where the rows pass: read, stored by the chunk, counted."""

    runtime: Runtime
    importer: Importer[Any]
    report: Report
    rejects: Rejects
    sheet: Sheet
    number: int
    """The number of the import."""

    async def work(self, conn: Connection) -> None:
        with self.runtime.progress("imports.progress", self.sheet.estimate) as told:
            for understood, refused in self._chunks():
                chunk, outside = await split(
                    conn, self.runtime.scope, understood, self.importer.touched
                )
                refused += outside
                stored = await self.importer.store(conn, chunk) if chunk else Stored()
                await import_changes.record(conn, self.number, stored.changes)
                self._count(stored, refused)
                told(self.report.rows)
                await asyncio.sleep(0)  # where Ctrl-C is heard: statements need not wait
        noted = self.importer.warnings
        self.report.warnings = dict(noted)
        columns = self.importer.columns
        self.report.found = findings_of(self.sheet, columns, self.report.rejected_by_sheet)
        self.report.details = noted.details if isinstance(noted, Notes) else {}

    def _chunks(self) -> Iterator[tuple[list[Read[Any]], list[Refused]]]:
        """Rows by the chunk: those that were understood, and those between them that were not."""
        chunk: list[Read[Any]] = []
        refused: list[Refused] = []
        for row in self.sheet:
            self.report.rows += 1
            try:
                self._require_titles(row)
                chunk.append((row, self.importer.read(row)))
            except REFUSALS as reason:
                refused.append((row, reason))
            if len(chunk) + len(refused) >= self.importer.chunk:
                yield chunk, refused
                chunk, refused = [], []
        if chunk or refused:
            yield chunk, refused

    def _require_titles(self, row: Row) -> None:
        """A figure like 1,000 without quotation marks would be read as 1."""
        width = self.sheet.widths[row.sheet]
        beyond = [cell for cell in row.cells[width:] if not is_blank(cell)]
        if beyond:
            raise Refusal("imports.beyond_header", value=beyond[0])

    def _count(self, stored: Stored, refused: Sequence[Refused]) -> None:
        self.report.new += stored.new
        self.report.changed += stored.changed
        self.report.same += stored.same
        self.report.fields.update(stored.fields)
        self.report.audited += stored.audited
        for row, reason in sorted((*refused, *stored.rejected), key=lambda told: told[0].number):
            self._reject(row, reason)

    def _reject(self, row: Row, reason: AnyRefusal) -> None:
        params = dict(reason.params)
        if "column" in params:
            params["column"] = self.sheet.title_of(str(params["column"]))
        said = refusal(self.runtime.texts, reason.code, params)
        self.rejects.add(row, said)
        self.report.reject(row, said, reason.code, params)


async def _begin(conn: Connection, runtime: Runtime, report: Report) -> int:
    with report.file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return await imports.begin(
        conn,
        kind=report.kind,
        file_name=report.file.name,
        sha256=digest,
        at=runtime.now,
        actor=runtime.actor,
    )


async def _settle(conn: Connection, number: int, report: Report) -> None:
    counts = {name: getattr(report, name) for name in ("accepted", "new", "changed", "rejected")}
    await imports.settle(conn, number, **counts)
    counts["rows"] = report.rows
    del counts["accepted"]
    details = {"file": report.file.name, **counts}
    done = AuditEntry(action=f"{report.kind}.import", subject=f"import:{number}", details=details)
    report.audited.append(done)


async def _write_audit_log(conn: Connection, runtime: Runtime, reports: Sequence[Report]) -> None:
    """At the very end: on PostgreSQL others wait for the log until this transaction is over."""
    entries = [entry for report in reports for entry in report.audited]
    await audit.append(conn, await runtime.author(conn), *entries, at=runtime.now)
