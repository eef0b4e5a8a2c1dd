"""Imports each file of the folder once, whatever happens in between.

The import's own row has the file's unique name. After a power cut it tells whether the file was
imported; if it was, the report is made again by a dry run, and nothing is imported twice.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from admin.importing import Report, Source, run_import
from admin.importing.dossiers import DossierImporter
from admin.kit import output
from admin.kit.refusals import REFUSALS, sentence
from admin.kit.runtime import Runtime
from admin.sheets import suffix_of
from admin.sheets.kinds import kind_of
from admin.watching.folder import DONE, REJECTED, Task
from surveys.store.importing import applying
from surveys.store.system import imports
from surveys.store.system.imports import Import, ImportState

NOT_OF_THE_FILE = ("privacy.", "database.", "settings.", "staff.", "imports.taken_over")
"""Refusals that say nothing about the file: it stays where it is, and the command ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file. `report` None: it could not be read at all, and why."""

    place: str
    report: Report | None
    reason: str = ""
    import_id: int | None = None
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Takes files in with the settings of one command line."""

    runtime: Runtime
    mapping: Path | None

    async def take(self, task: Task) -> Outcome | None:
        """Import a file and move it with its report; None if it only had to be moved.

        Raises Refusal or OSError for what has nothing to do with the file.
        """
        known = task.report()
        if known is not None:
            task.move(str(known["place"]))
            return None
        outcome = await self._outcome(task)
        task.write_report(_told(task, outcome), output.plain)
        task.move(outcome.place)
        return outcome

    async def _outcome(self, task: Task) -> Outcome:
        now = replace(self.runtime, now=datetime.now(UTC))
        before = await self._find_import(task)
        try:
            report = await self._import(now, task, again=before is not None)
        except REFUSALS as refusal:
            if refusal.code.startswith(NOT_OF_THE_FILE):
                raise
            return Outcome(
                place=REJECTED, report=None, reason=sentence(self.runtime.texts, refusal)
            )
        made = before or await self._find_import(task)
        if before is not None:
            report.new, report.changed = before.new, before.changed
            report.same = before.accepted - before.new - before.changed
            report.dry_run = False
        return Outcome(
            place=DONE if report.accepted or not report.rejected else REJECTED,
            report=report,
            import_id=made.id if made else None,
            resumed=before is not None,
        )

    async def _import(self, runtime: Runtime, task: Task, *, again: bool) -> Report:
        """Import it; `again`: it is in the database already, so only report."""
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        rejects = task.file.with_name(f"{task.name}{suffix_of(kind_of(task.file))}")
        source = Source(file=task.file, mapping=self.mapping, rejects=rejects, dry_run=again)
        (report,) = await run_import(runtime, (importer, source))
        return report

    async def _find_import(self, task: Task) -> Import | None:
        """The import of this file, if it was decided before the process died; then it is written
        completely first."""
        database = await self.runtime.database(whole=False)
        async with database.read() as conn:
            found = await imports.find_by_file(conn, DossierImporter.kind, task.name)
        if found is not None and found.state is ImportState.APPLYING:
            await applying.finish(database)
            async with database.read() as conn:
                found = await imports.find(conn, found.id)
        return found if found is not None and found.state is ImportState.DONE else None


def _told(task: Task, outcome: Outcome) -> dict[str, Any]:
    """The report of a file, for programs and for people who open it."""
    counts = outcome.report.as_json() if outcome.report else {}
    if outcome.report and outcome.report.rejects and outcome.report.rejected:
        counts["rejects"] = outcome.report.rejects.name
    return {
        **counts,
        "file": task.name,
        "place": outcome.place,
        "import_id": outcome.import_id,
        "resumed": outcome.resumed,
        "refused": outcome.reason or None,
    }
