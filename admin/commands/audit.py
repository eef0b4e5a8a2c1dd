"""`motcua audit`: what officers changed, and whether the trail was touched."""

import json

import click

from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.system import audit
from surveys.store.system.audit import Entry

KEYS = "id at actor action subject details"

command = group("audit")


@command.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--actor", "by", metavar="NAME")
@click.option("--action", metavar="ACTION")
@format_option
async def list_entries(
    runtime: Runtime, limit: int, by: str | None, action: str | None, shown_as: Format
) -> None:
    """Print the last entries, newest first."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await audit.entries(conn, limit=limit, actor=by, action=action)
    if shown_as is Format.JSON:
        output.show_json([_row(entry) | {"details": entry.details} for entry in found])
    else:
        rows = [_row(entry) | {"at": runtime.local(entry.at)} for entry in found]
        runtime.show(rows, runtime.columns("audit.columns", KEYS), shown_as)


@command.command("verify")
@format_option
async def verify_chain(runtime: Runtime, shown_as: Format) -> None:
    """Follow the chain of hashes from the first entry to the last."""
    database = await runtime.database()
    async with database.read() as conn:
        broken = await audit.first_broken(conn)
        head = await audit.head(conn)
        last = await audit.entries(conn, limit=1)
    if broken is not None:
        raise Refusal("audit.broken", id=broken)
    found = {"last": last[0].id if last else 0, "head": head}
    if shown_as is Format.TABLE:
        click.echo(runtime.text("audit.sound", **found))
    else:
        runtime.show([found], runtime.columns("audit.columns", "last head", codes="head"), shown_as)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": json.dumps(entry.details, ensure_ascii=False, sort_keys=True),
    }
