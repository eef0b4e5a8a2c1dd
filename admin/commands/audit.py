"""`motcua audit`: what officers changed, and whether the log was touched."""

import json
import re
from pathlib import Path

import click

from admin.kit import output
from admin.kit.output import Format
from admin.kit.runtime import WHOLE, Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.system import audit, audit_check
from surveys.store.system.audit import AuditRow
from surveys.store.system.audit_check import Head, Verdict

KEYS = "id at actor os_user action subject details"
HEAD = re.compile(r"(?:(\d+)\D+)?\b([0-9a-f]{64})\b")
"""Matches the output of `audit head` in any format; the hash alone is enough."""

command = group("audit")


@command.command("list")
@click.option("--limit", type=WHOLE, default=50, show_default=True)
@click.option("--actor", "by", metavar="NAME")
@click.option("--action", metavar="ACTION")
@format_option
async def list_entries(
    runtime: Runtime, limit: int, by: str | None, action: str | None, shown_as: Format
) -> None:
    """Print the last rows, newest first."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await audit.list_entries(conn, limit=limit, actor=by, action=action)
    if shown_as is Format.JSON:
        output.show_json([_row(one) | {"details": one.details} for one in found])
    else:
        rows = [_row(one) | {"at": runtime.local(one.at)} for one in found]
        runtime.show(rows, runtime.columns("audit.columns", KEYS), shown_as)


@command.command("verify")
@click.option("--head", "kept", metavar="FILE|HASH")
@format_option
async def verify_chain(runtime: Runtime, kept: str | None, shown_as: Format) -> None:
    """Verify every row, the seal, and optionally a head that was kept elsewhere."""
    wanted = None if kept is None else _read_head(kept)
    database = await runtime.database()
    async with database.read() as conn:
        verdict = await audit_check.verify(conn, await runtime.checking_keyring(conn), wanted)
    for fault, row in verdict.faults:
        raise Refusal(f"audit.{fault}", id=row)
    found = {name: getattr(verdict, name) for name in ("last", "head", "count", "unchecked")}
    if shown_as is Format.TABLE:
        click.echo(runtime.text("audit.sound", **found))
    else:
        runtime.show(
            [found], runtime.columns("audit.columns", " ".join(found), codes="head"), shown_as
        )
    _tell_unchecked(runtime, verdict)


@command.command("head")
@format_option
async def print_head(runtime: Runtime, shown_as: Format) -> None:
    """Print the number of rows and the last hash, to be kept elsewhere."""
    database = await runtime.database()
    async with database.read() as conn:
        count, head = await audit.count(conn), await audit.find_head(conn)
    if shown_as is Format.TABLE:
        click.echo(f"{count} {head}")
    else:
        columns = runtime.columns("audit.columns", "count head")
        runtime.show([{"count": count, "head": head}], columns, shown_as)


def _tell_unchecked(runtime: Runtime, verdict: Verdict) -> None:
    if verdict.unchecked:
        runtime.say("audit.key_is_away", count=verdict.unchecked)
    for row in verdict.keyless:
        runtime.say("audit.keyless", id=row)


def _read_head(kept: str) -> Head:
    """Read the head given on the command line or stored in a file.

    Raises OSError, or Refusal `audit.no_head`.
    """
    text = kept if HEAD.fullmatch(kept) else Path(kept).read_text("utf-8", errors="replace")
    found = HEAD.search(text)
    if found is None:
        raise Refusal("audit.no_head", file=kept)
    return Head(count=int(found[1]) if found[1] else None, hash=found[2])


def _row(one: AuditRow) -> dict[str, object]:
    return {
        "id": one.id,
        "at": one.at,
        "actor": one.actor,
        "os_user": one.os_user,
        "action": one.action,
        "subject": one.subject,
        "details": json.dumps(one.details, ensure_ascii=False, sort_keys=True),
    }
