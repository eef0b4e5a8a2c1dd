"""`motcua db`: the database's schema, integrity and backups."""

import sys
from decimal import Decimal
from pathlib import Path

import click
from sqlalchemy import make_url

import migrations
from admin.backups import backups
from admin.backups.backups import Plan
from admin.backups.log_check import find_faults
from admin.backups.restore_log import Told
from admin.kit import administrator
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.kit.tables import Row
from migrations import SchemaState
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.results import closings, evidence
from surveys.store.system import audit, health

COLUMNS = "check state found"

command = group("db")


@command.command("upgrade")
async def upgrade(runtime: Runtime) -> None:
    """Create the schema, or upgrade it."""
    url = make_url(runtime.settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    done = await administrator.upgrade(runtime, await runtime.any_database())
    click.echo(runtime.text(f"database.upgraded.{done.before}", url=url.render_as_string()))
    if (first := done.administrator) is not None:
        runtime.say("staff.first", name=first.name, user=first.os_user)


@command.command("check")
@click.option("--rebuild", is_flag=True)
@format_option
async def check(runtime: Runtime, *, rebuild: bool, shown_as: Format) -> int:
    """Check the database's integrity; exit 1 if something is damaged."""
    database = await runtime.database()
    if rebuild:
        async with database.write() as conn:
            runtime.say("database.rebuilt", count=await evidence.rebuild(conn))
    found = await _findings(runtime, database)
    rows = [_row(runtime, name, faults, shown_as) for name, faults in found.items()]
    runtime.show(rows, runtime.columns("database.columns", COLUMNS), shown_as)
    return int(any(found.values()))


@command.command("backup")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True)
async def backup(runtime: Runtime, file: Path, *, force: bool) -> None:
    """Back up the database, which may be in use."""
    await runtime.database()
    await backups.backup(runtime, file, force=force)
    click.echo(runtime.text("database.backed_up", file=file, size=_megabytes(file)))
    runtime.say("database.key_is_apart")


@command.command("restore")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--force", is_flag=True)
async def restore(runtime: Runtime, file: Path, *, yes: bool, dry_run: bool, force: bool) -> int:
    """Replace the database by a backup."""
    plan = await backups.plan(runtime, file, force=force)
    told = {"file": file, "target": plan.url.database, "aside": plan.aside}
    click.echo(runtime.text(f"database.plan.{plan.kind}", **told))
    _tell_log(runtime, plan)
    if dry_run:
        runtime.say("database.dry_run")
        return 0
    if not yes and not _ask_to_continue(runtime, "sure_broken" if plan.faults else "sure"):
        runtime.say("database.left_alone")
        return 1
    done = await backups.restore(runtime, plan)
    click.echo(runtime.text("database.restored"))
    _tell_restored(runtime, plan, done)
    is_old = await migrations.state_of(await runtime.any_database()) is SchemaState.OLD
    if not done.is_sealed:
        runtime.say("database.row_not_sealed_yet" if is_old else "database.row_not_sealed")
    if is_old:
        runtime.say("database.upgrade_now")
    return 0


def _tell_log(runtime: Runtime, plan: Plan) -> None:
    """Say whether the backup's audit log is broken or could not be verified yet."""
    if plan.faults:
        runtime.say("database.log_broken", file=plan.file, faults=", ".join(plan.faults))
    elif not plan.is_log_checked:
        runtime.say("database.log_unchecked", file=plan.file)


def _tell_restored(runtime: Runtime, plan: Plan, done: Told) -> None:
    if done.faults and not plan.faults:
        runtime.say("database.log_broken", file=plan.file, faults=", ".join(done.faults))
    if done.administrator is not None:
        runtime.say("staff.first", name=done.administrator, user=runtime.claim.os_user)


async def _findings(runtime: Runtime, database: Database) -> dict[str, list[str]]:
    async with database.read() as conn:
        disagreeing = await evidence.find_disagreements(conn)
        return {
            "integrity": await health.find_damage(conn),
            "references": [
                f"{one.table}:{one.row} → {one.refers_to}"
                for one in await health.find_orphans(conn)
            ],
            "evidence": [one.dossier for one in disagreeing],
            "audit": list(await find_faults(runtime, conn)),
            "closings": await closings.find_faults(conn, await _signed(conn)),
        }


async def _signed(conn: Connection) -> set[str]:
    """The digests of closings that the audit log holds."""
    rows = [row async for row in audit.read_in_order(conn) if row.action == "period.close"]
    return {str(row.details.get("digest")) for row in rows}


def _row(runtime: Runtime, name: str, faults: list[str], shown_as: Format) -> Row:
    state = "wrong" if faults else "right"
    if shown_as is not Format.TABLE:
        return {"check": name, "state": state, "found": len(faults)}
    shown = ", ".join(faults[:5]) + (" …" if len(faults) > 5 else "")
    return {
        "check": runtime.text(f"database.checks.{name}"),
        "state": runtime.text(f"database.states.{state}"),
        "found": shown,
    }


def _ask_to_continue(runtime: Runtime, question: str) -> bool:
    if not sys.stdin.isatty():
        raise Refusal("database.say_yes")
    return runtime.confirm(f"database.{question}")


def _megabytes(file: Path) -> Decimal:
    return Decimal(f"{file.stat().st_size / 1_000_000:.1f}")
