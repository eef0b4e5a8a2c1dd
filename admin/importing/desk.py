"""Processes one file: reads its rows, plans or stores them, counts them, collects rejected ones."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from admin.importing.findings import findings_of, is_understood, missing
from admin.importing.importer import (
    Importer,
    NotDataError,
    Read,
    Refused,
    Stored,
    is_large,
    is_small,
)
from admin.importing.notes import Notes
from admin.importing.report import Report
from admin.importing.saved_mapping import MappedSheet, read_mapped
from admin.importing.source import Source
from admin.importing.unit_limits import split
from admin.kit.refusals import REFUSALS, AnyRefusal, refusal
from admin.kit.runtime import Runtime
from admin.sheets import Rejects, Row, Sheet, is_replaceable
from admin.sheets.values import is_blank
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.importing import staging
from surveys.store.system import import_changes
from surveys.store.system.audit import AuditEntry


@dataclass(slots=True, kw_only=True)
class Desk:
    """Processes the rows of one file: reads them, plans or stores them, counts them."""

    runtime: Runtime
    database: Database
    importer: Importer[Any]
    report: Report
    mapped: MappedSheet
    source: Source
    number: int = 0
    """The number of the import; 0 in a dry run."""
    position: int = 0
    """The number of staged chunks."""
    rejects: Rejects
    waiting: list[tuple[list[Read[Any]], list[Refused]]] = field(default_factory=list)
    """Rows of a small kind of file, kept until they are written."""

    @classmethod
    async def open(
        cls,
        runtime: Runtime,
        database: Database,
        places: set[Path],
        importer: Importer[Any],
        source: Source,
    ) -> "Desk":
        """Read the file's header, and check that the file of rejected rows can be written."""
        columns = tuple(importer.columns)
        async with database.read() as conn:
            mapped = await read_mapped(conn, importer.kind, columns, source, runtime.today)
        report = _report(importer.kind, source, mapped)
        claim_rejects(report.rejects, places)
        titles = (runtime.text("sheets.rejected_row"), runtime.text("sheets.rejected_reason"))
        return cls(
            runtime=runtime,
            database=database,
            importer=importer,
            report=report,
            mapped=mapped,
            source=source,
            rejects=Rejects(report.rejects, mapped.sheet, titles),
        )

    @property
    def sheet(self) -> Sheet:
        """The file's rows."""
        return self.mapped.sheet

    async def remember_mapping(self, conn: Connection) -> None:
        """Save the mapping for the next file of this kind, if rows were accepted with it.

        An officer of one unit does not decide how the files of the others are read.
        """
        if self.mapped.given and self.report.accepted and self.runtime.scope.unit is None:
            await self.mapped.given.save(conn, self.importer.kind)

    async def work(self, after_commit: ExitStack) -> None:
        """Read every row; plan and stage a large kind of file, keep a small one in memory."""
        async with self.database.write() as conn:
            await self.importer.begin(conn, self.sheet, self.number)
            if not self.number:
                await conn.rollback()
        if is_large(self.importer):
            self.importer.examine(self.sheet)
        after_commit.enter_context(self.rejects)
        with self.runtime.progress("imports.progress", self.sheet.estimate) as told:
            for chunk, refused in self._chunks():
                await self._take(chunk, refused)
                told(self.report.rows)
                await asyncio.sleep(0)  # so that Ctrl-C can interrupt: statements may never wait
        self._note()
        if is_large(self.importer):
            self._require_yes()

    async def _take(self, chunk: list[Read[Any]], refused: list[Refused]) -> None:
        if not is_large(self.importer):
            self.waiting.append((chunk, refused))
            return
        async with self.database.read() as conn:
            inside, outside = await self._split(conn, chunk)
            planned = await self.importer.plan(conn, inside)
        self._count(planned.stored, [*refused, *outside])
        if self.number:
            chunks = dict(enumerate(planned.bodies, start=self.position))
            self.position += len(chunks)
            async with self.database.write() as conn:
                await staging.stage(conn, self.number, chunks)

    async def store(self, conn: Connection) -> None:
        """Write the rows of a small kind of file."""
        importer = self.importer
        if not is_small(importer):
            return
        for chunk, refused in self.waiting:
            inside, outside = await self._split(conn, chunk)
            stored = await importer.store(conn, inside) if inside else Stored()
            if self.number:
                await import_changes.record(conn, self.number, stored.changes)
            self._count(stored, [*refused, *outside])
        self._note()
        self._require_yes()

    @property
    def counts(self) -> dict[str, int]:
        """The counts that the import's own row records when it is complete."""
        names = ("accepted", "rejected", "new", "changed")
        return {name: getattr(self.report, name) for name in names}

    def entries(self) -> list[AuditEntry]:
        """The audit log entries: each change it records, then the import."""
        names = ("rows", "new", "changed", "rejected")
        counts = {name: getattr(self.report, name) for name in names}
        details = {"file": self.report.file.name, **counts}
        action, subject = f"{self.report.kind}.import", f"import:{self.number}"
        done = AuditEntry(action=action, subject=subject, details=details)
        return [*self.report.audited, done]

    async def _split(
        self, conn: Connection, rows: list[Read[Any]]
    ) -> tuple[list[Read[Any]], list[tuple[Row, Refusal]]]:
        """Split off the rows this officer may not store, each with the reason."""
        return await split(conn, self.runtime.scope, rows, self.importer.touched)

    def _note(self) -> None:
        noted, columns = self.importer.warnings, self.importer.columns
        self.report.warnings = dict(noted)
        self.report.found = findings_of(self.sheet, columns, self.report.rejected_by_sheet)
        self.report.details = noted.details if isinstance(noted, Notes) else {}

    def _require_yes(self) -> None:
        """Raises Refusal `imports.no_essential` if an essential column is unrecognized or empty;
        a dry run, and a file that never had such columns, only gets a note."""
        importer, sheet, source = self.importer, self.sheet, self.source
        if not (missing(sheet, importer.essential) and self.report.new):
            return
        self.report.without_essential = not source.yes
        understood = is_understood(sheet, importer.essential, self.report.found)
        if not (source.yes or source.dry_run or understood):
            wanted = (one.shown({}) for one in importer.columns if one.name in importer.essential)
            unknown = ", ".join(map(str, self.report.found.unknown)) or "–"
            params = {"columns": ", ".join(wanted), "unknown": unknown}
            raise Refusal("imports.no_essential", file=source.file.name, **params)

    def _chunks(self) -> Iterator[tuple[list[Read[Any]], list[Refused]]]:
        """Yield rows in chunks: those that were parsed, and the rejected ones between them."""
        chunk: list[Read[Any]] = []
        refused: list[Refused] = []
        for row in self.sheet:
            self.report.rows += 1
            try:
                self._require_titles(row)
                chunk.append((row, self.importer.read(row)))
            except NotDataError:
                self.report.rows -= 1
                self.sheet.pass_over(row)
            except REFUSALS as reason:
                refused.append((row, reason))
            if len(chunk) + len(refused) >= self.importer.chunk:
                yield chunk, refused
                chunk, refused = [], []
        if chunk or refused:
            yield chunk, refused

    def _require_titles(self, row: Row) -> None:
        """Check for cells beyond the header: a figure like 1,000 without quotes is read as 1."""
        width = self.sheet.widths[row.sheet]
        if len(row.cells) <= width:
            return
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


def claim_rejects(wanted: Path | None, places: set[Path]) -> None:
    """Reserve the file of rejected rows; it must not overwrite an input or any other file.

    Raises Refusal `imports.rejects_is_file` or `imports.rejects_taken`.
    """
    if wanted is None:
        return
    if wanted.resolve() in places:
        raise Refusal("imports.rejects_is_file", file=wanted)
    if not is_replaceable(wanted):
        raise Refusal("imports.rejects_taken", file=wanted)
    places.add(wanted.resolve())


def _report(kind: str, source: Source, mapped: MappedSheet) -> Report:
    """Make the report with all counts at zero."""
    return Report(
        kind=kind,
        file=source.file,
        rejects=source.rejects_file(mapped.sheet.kind),
        dry_run=source.dry_run,
        sheet=mapped.sheet.name,
        unread=mapped.sheet.unread,
        mapping=mapped.saved,
    )
