"""`motcua dossiers`: what the one-stop software knows of each dossier."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from admin.importing import Source, run_import, tell
from admin.importing.dossiers import DossierImporter
from admin.importing.steps import StepImporter
from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.store.dossiers import dossiers
from surveys.store.dossiers.dossiers import FullDossier
from surveys.store.system import audit

SHOWN = (
    "code unit unit_name procedure filing status received_at due_at finished_at returned_at "
    "apology_at rescheduled_to officer simulated"
)

command = group("dossiers")


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--steps", type=FILE, metavar="FILE")
@click.option("--mapping", type=FILE, metavar="FILE")
@click.option("--rejects", type=FILE, metavar="FILE")
@click.option("--dry-run", is_flag=True)
@format_option
async def import_dossiers(
    runtime: Runtime,
    file: Path,
    steps: Path | None,
    mapping: Path | None,
    rejects: Path | None,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> int:
    """Take in an export of dossiers, and their steps."""
    zone = runtime.settings.zone
    importer = DossierImporter(zone, runtime.keyring(), runtime.today)
    source = Source(file=file, mapping=mapping, rejects=rejects, dry_run=dry_run)
    if steps is None:
        reports = await run_import(runtime, (importer, source))
    else:
        further = Source(file=steps, dry_run=dry_run)
        reports = await run_import(runtime, (importer, source), (StepImporter(zone), further))
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
    """Print one dossier; who filed it only when asked, and then it is written down."""
    database = await runtime.database()
    async with database.write() if reveal else database.read() as conn:
        found = await dossiers.find(conn, normal_code(code))
        if found is None:
            raise Refusal("dossiers.unknown", dossier=normal_code(code))
        shown = _shown(found) | (_person(runtime, found) if reveal else {})
        if reveal:
            await audit.append(
                conn,
                at=runtime.now,
                actor=runtime.actor,
                action="dossiers.reveal",
                subject=f"dossier:{found.code}",
                details={},
            )
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


def _print(runtime: Runtime, shown: dict[str, Any], found: FullDossier, shown_as: Format) -> None:
    if shown_as is Format.JSON:
        output.show_json(shown)
        return
    steps = shown.pop("steps")
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
