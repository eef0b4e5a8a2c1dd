"""`motcua purge`: let go of personal data that was kept long enough."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, leaf
from surveys.retention import closed_through
from surveys.store.base.connection import Connection
from surveys.store.base.database import leave_no_trace
from surveys.store.personal_data import purging

COLUMNS = "what count"


@leaf("purge")
@click.option("--dry-run/--yes", default=True)
@format_option
async def command(
    runtime: Runtime,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    shown_as: Format,
) -> None:
    """Say what would go; with `--yes` let it go, and write down that it was done."""
    database = await runtime.database()
    async with database.write() as conn:
        await leave_no_trace(conn)
        counts = {name: await part(conn) for name, part in _parts(runtime).items()}
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


def _parts(runtime: Runtime) -> dict[str, Callable[[Connection], Awaitable[int]]]:
    """What is let go of, in this order, each with what does it."""
    chosen, now = runtime.settings, runtime.now
    today = now.astimezone(chosen.zone).date()
    closed = closed_through(today, chosen.unlink_days, chosen.periods) + timedelta(days=1)
    queues = now - timedelta(days=chosen.queue_days)
    queues_ms = int(queues.timestamp() * 1000)
    old = now - timedelta(days=chosen.unlink_days)
    begun = now - timedelta(days=chosen.interview_days)
    returned = datetime.combine(closed, time())
    return {
        "answers": lambda conn: purging.unlink_answers(conn, returned),
        "petitioners": lambda conn: purging.drop_petitioners(conn, begun=begun, decided=old),
        "inbox": lambda conn: purging.empty_inbox(conn, queues_ms),
        "outbox": lambda conn: purging.empty_outbox(conn, queues_ms),
        "pages": lambda conn: purging.delete_pages(conn, queues),
        "links": lambda conn: purging.delete_links(conn, queues),
        "contacts": lambda conn: purging.forget_idle(conn, old, now),
    }


async def _note(conn: Connection, runtime: Runtime, counts: dict[str, int]) -> None:
    await runtime.audit(conn, "purge", "retention", counts)
