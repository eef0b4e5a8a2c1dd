"""`motcua purge`: deletes personal data past its retention period."""

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, leaf
from bot.retention import parts
from surveys.store.base.connection import Connection
from surveys.store.base.database import leave_no_trace

COLUMNS = "what count"


@leaf("purge")
@click.option("--dry-run/--yes", default=True)
@format_option
async def command(
    runtime: Runtime,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Print what would be deleted; with `--yes` delete it and record that in the audit log."""
    database = await runtime.database()
    async with database.write() as conn:
        await leave_no_trace(conn)
        counts = {
            name: await part(conn) for name, part in parts(runtime.settings, runtime.now).items()
        }
        if dry_run:
            await conn.rollback()
        else:
            await _note(conn, runtime, counts)
    shown = {name: runtime.text(f"purge.parts.{name}") for name in counts}
    people = shown_as is Format.TABLE
    rows = [
        {"what": shown[name] if people else name, "count": count} for name, count in counts.items()
    ]
    runtime.show(rows, runtime.columns("purge.columns", COLUMNS), shown_as)
    runtime.say("purge.would" if dry_run else "purge.done")


async def _note(conn: Connection, runtime: Runtime, counts: dict[str, int]) -> None:
    await runtime.audit(conn, "purge", "retention", counts)
