"""`motcua delivery`: the state of outgoing messages and incoming updates."""

import click

from admin.delivering.status import read_status
from admin.delivering.view import DeliveryView
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.queues import inbox

MAX_ID = 2**63 - 1

command = group("delivery")


@command.command("status")
@format_option
async def status(runtime: Runtime, shown_as: Format) -> None:
    """Print the messages and updates by state, and the errors."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await read_status(conn)
    runtime.present(DeliveryView(runtime=runtime, status=found), shown_as)
    if not (found.counts or found.webhooks) and shown_as is Format.TABLE:
        runtime.say("common.nothing")


@command.command("retry")
@click.argument("id", type=click.IntRange(1, MAX_ID))
async def retry(runtime: Runtime, id: int) -> None:  # noqa: A002 - what the user types
    """Queue an update that was set aside again."""
    database = await runtime.database()
    async with database.write() as conn:
        if not await inbox.retry(conn, id):
            raise Refusal("delivery.not_set_aside", id=id)
        await runtime.audit(conn, "delivery.retry", str(id), {})
    runtime.say("delivery.retried", id=id)
