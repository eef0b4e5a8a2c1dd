"""`motcua imports`: lists imports, shows their changes, and undoes one."""

from typing import Any

import click

from admin.importing.job import apply_decided
from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import WHOLE, Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.dossiers.scores import Stage
from surveys.store.importing import staging, undoing
from surveys.store.importing.undoing import Undone
from surveys.store.system import import_changes, imports
from surveys.store.system.import_changes import Change
from surveys.store.system.imports import Import

KEYS = "id imported_at kind file_name accepted rejected new changed actor state"

command = group("imports")


@command.command("list")
@click.option("--limit", type=WHOLE, default=50, show_default=True)
@format_option
async def list_imports(runtime: Runtime, limit: int, shown_as: Format) -> None:
    """Print the last imports, newest first."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await imports.list_last(conn, limit=limit)
    rows = [_row(runtime, one, shown_as) for one in found]
    runtime.show(rows, runtime.columns("imports.columns", KEYS), shown_as)


@command.command("show")
@click.argument("number", type=WHOLE)
@click.option("--changes", is_flag=True)
@format_option
async def show_import(
    runtime: Runtime,
    number: int,
    changes: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print one import: its counts, the fields it changed, and later imports that depend on it."""
    database = await runtime.database()
    async with database.read() as conn:
        one = await _find(conn, number)
        counted = await import_changes.count_by_field(conn, number)
        later = await undoing.find_dependent_imports(conn, number)
        listed = await _changes(conn, number) if changes else []
    shown = _row(runtime, one, shown_as) | {"sha256": one.sha256}
    fields = [{"kind": kind, "field": field, "count": count} for kind, field, count in counted]
    built_on = [{"id": other.id, "file_name": other.file_name} for other in later]
    if shown_as is Format.JSON:
        told = {"fields": fields, "built_on": built_on, "changes": [_told(one) for one in listed]}
        output.show_json(shown | told)
        return
    is_table = shown_as is Format.TABLE
    keys = KEYS if is_table else f"{KEYS} sha256"
    runtime.show([shown], runtime.columns("imports.columns", keys), shown_as)
    if is_table:
        click.echo(f"SHA-256: {one.sha256}")
    if is_table and fields:
        runtime.show(fields, runtime.columns("imports.columns", "kind field count"), shown_as)
    if changes:
        columns = runtime.columns("imports.columns", "kind subject field before after")
        rows = [_for_people(_told(one)) if is_table else _told(one) for one in listed]
        runtime.show(rows, columns, shown_as)
    for other in later:
        runtime.say("imports.built_on", id=str(other.id), file=other.file_name)


@command.command("undo")
@click.argument("number", type=WHOLE)
@click.option("--dry-run/--yes", default=True)
async def undo_import(
    runtime: Runtime,
    number: int,
    dry_run: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Undo one import; without `--yes` only print what would change."""
    database = await runtime.database()
    async with database.write() as conn:
        await staging.lock_turn(conn)
        await staging.require_idle(conn)
        one = await _find(conn, number)
        if await _has_appraised(conn, number):
            runtime.require("scores.import stage=appraised")
        undone = await undoing.undo(conn, one, runtime.keyring())
        if dry_run:
            await conn.rollback()
        else:
            await _note(conn, runtime, one, undone)
    if not dry_run:
        await apply_decided(runtime, await runtime.database(whole=False), "imports.undoing")
    counts = {"removed": undone.removed, "restored": undone.restored}
    said = "imports.would_undo" if dry_run else "imports.undone"
    runtime.say(said, id=str(number), file=one.file_name, **counts)


async def _find(conn: Connection, number: int) -> Import:
    found = await imports.find(conn, number)
    if found is None:
        raise Refusal("imports.unknown", id=number)
    return found


async def _changes(conn: Connection, number: int) -> list[Change]:
    found: list[Change] = []
    last = 0
    while some := await import_changes.list_by_import(conn, number, after=last):
        found += some.values()
        last = max(some)
    return found


async def _note(conn: Connection, runtime: Runtime, one: Import, undone: Undone) -> None:
    counts = {"removed": undone.removed, "restored": undone.restored}
    details = {"kind": one.kind, "file": one.file_name, **counts}
    await runtime.audit(conn, "imports.undo", f"import:{one.id}", details)


async def _has_appraised(conn: Connection, number: int) -> bool:
    """Whether an import contains thẩm định, for which a verifier is responsible."""
    changes = await _changes(conn, number)
    return any(
        one.kind == import_changes.SCORE and Stage.APPRAISED in one.subject.split()
        for one in changes
    )


def _row(runtime: Runtime, one: Import, shown_as: Format) -> dict[str, Any]:
    row = {key: getattr(one, key) for key in KEYS.split()}
    if shown_as is Format.TABLE:
        row["imported_at"] = runtime.local(one.imported_at)
        row["state"] = runtime.text(f"imports.states.{one.state}")
        row["kind"] = runtime.text(f"imports.kinds.{one.kind}")
    return row


def _for_people(told: dict[str, Any]) -> dict[str, Any]:
    return told | {name: _words(told[name]) for name in ("before", "after")}


def _words(value: object) -> object:
    """A unit, a step or a score is several values: those that are there, in their order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return ", ".join(str(_words(one)) for one in value if one not in (None, ""))
    return value


def _told(change: Change) -> dict[str, Any]:
    names = ("kind", "subject", "field", "before", "after")
    return {name: getattr(change, name) for name in names}
