"""`motcua dossiers`: the data the one-stop software has about each dossier."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from admin.importing import Source, run_import, tell
from admin.importing.dossier_columns import DATES
from admin.importing.dossiers import DossierImporter
from admin.importing.options import source_of, source_options
from admin.importing.steps import StepImporter
from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.kit.unit_scope import require_dossier
from surveys.dossier import Status, normal_code
from surveys.errors import Refusal
from surveys.store.dossiers import dossiers
from surveys.store.dossiers.dossiers import FullDossier
from surveys.store.system import import_changes
from surveys.store.system.import_changes import PastChange

SHOWN = (
    "code unit unit_name received_by procedure filing status received_at due_at original_due_at "
    "finished_at returned_at apology_at rescheduled_to reschedules supplements supplement_days "
    "reopened_at officer simulated"
)

PERSON = ("applicant", "phone")
"""Fields of the history whose values are stored encrypted."""

command = group("dossiers")


@command.command("import")
@source_options
@click.option("--steps", type=FILE, metavar="FILE")
async def import_dossiers(
    runtime: Runtime,
    file: Path,
    steps: Path | None,
    shown_as: Format,
    **options: Any,  # noqa: ANN401 - read by `source_of`
) -> int:
    """Import an export of dossiers, and their steps."""
    zone = runtime.settings.zone
    importer = DossierImporter(zone, runtime.keyring(), runtime.today)
    source = source_of(file, options)
    if steps is None:
        reports = await run_import(runtime, (importer, source))
    else:
        further = Source(file=steps, dry_run=source.dry_run, all_sheets=source.all_sheets)
        of_steps = StepImporter(zone, importer.taken)
        reports = await run_import(runtime, (importer, source), (of_steps, further))
    return tell(runtime, shown_as, *reports)


@command.command("show")
@click.argument("code")
@click.option("--reveal", is_flag=True)
@format_option
async def show_dossier(
    runtime: Runtime,
    code: str,
    reveal: bool,  # noqa: FBT001
    shown_as: Format,
) -> None:
    """Print one dossier; the applicant only on request, which is recorded in the audit log."""
    database = await runtime.database()
    async with database.write() if reveal else database.read() as conn:
        await require_dossier(conn, runtime.scope, normal_code(code))
        found = await dossiers.find(conn, normal_code(code))
        if found is None:
            raise Refusal("dossiers.unknown", dossier=normal_code(code))
        past = await import_changes.list_by_subject(conn, import_changes.DOSSIER, found.code)
        shown = _shown(found) | (_person(runtime, found) if reveal else {})
        shown["history"] = [_past(runtime, one, reveal=reveal) for one in past]
        if reveal:
            await runtime.audit(conn, "dossiers.reveal", f"dossier:{found.code}", {})
    _print(runtime, shown, found, shown_as)


def _shown(found: FullDossier) -> dict[str, Any]:
    steps = [asdict(step) for step in found.steps]
    return {name: getattr(found, name) for name in SHOWN.split()} | {"steps": steps}


def _person(runtime: Runtime, found: FullDossier) -> dict[str, str | None]:
    keys = runtime.keyring()
    return {
        name: keys.unseal(sealed) if sealed else None
        for name, sealed in asdict(found.person).items()
    }


def _past(runtime: Runtime, one: PastChange, *, reveal: bool) -> dict[str, Any]:
    """One change for people and programs; the persons it names only on request."""
    change, sealed = one.change, one.change.sealed
    shown = runtime.keyring().unseal(sealed) if sealed and reveal else change.before
    return {
        "at": one.at,
        "field": change.field,
        "before": shown,
        "after": change.after,
        "import_id": one.import_id,
        "file": one.file_name,
        "actor": one.actor,
        "undone": one.undone,
    }


def _print(runtime: Runtime, shown: dict[str, Any], found: FullDossier, shown_as: Format) -> None:
    if shown_as is Format.JSON:
        output.show_json(shown)
        return
    steps, history = shown.pop("steps"), shown.pop("history")
    if shown_as is Format.CSV:
        output.show_csv([shown], list(shown))
        return
    shown["status"] = runtime.text(f"dossiers.statuses.{found.status.name.lower()}")
    shown["filing"] = runtime.text(f"dossiers.filings.{found.filing}")
    rows = [
        {"field": runtime.text(f"dossiers.columns.{name}"), "value": value}
        for name, value in shown.items()
        if value is not None and value is not False
    ]
    runtime.show(rows, runtime.columns("dossiers.columns", "field value"), shown_as)
    if steps:
        columns = runtime.columns("dossiers.columns", "agency position due_at finished_at")
        runtime.show(steps, columns, shown_as, runtime.text("dossiers.steps"))
    if history:
        columns = runtime.columns("dossiers.columns", "at field before after import_id actor")
        told = [_told(runtime, one) for one in history]
        runtime.show(told, columns, shown_as, runtime.text("dossiers.history"))


def _told(runtime: Runtime, one: dict[str, Any]) -> dict[str, object]:
    """A change in words."""
    undone = f" {runtime.text('dossiers.undone')}" if one["undone"] else ""
    return {
        "at": runtime.local(one["at"]),
        "field": runtime.text(f"dossiers.columns.{one['field']}"),
        "before": _value(runtime, one["field"], one["before"]),
        "after": _value(runtime, one["field"], one["after"]),
        "import_id": f"{one['import_id']} {one['file']}{undone}",
        "actor": one["actor"],
    }


def _value(runtime: Runtime, field: str, value: object) -> object:
    """A value of the history as people read it."""
    if field in PERSON and value is None:
        return runtime.text("dossiers.not_shown")
    if field == "status" and isinstance(value, int):
        return runtime.text(f"dossiers.statuses.{Status(value).name.lower()}")
    if field == "filing" and value is not None:
        return runtime.text(f"dossiers.filings.{value}")
    if isinstance(value, str) and field in DATES:
        return datetime.fromisoformat(value)
    return value
