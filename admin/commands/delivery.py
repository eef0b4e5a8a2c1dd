"""`motcua delivery`: what became of every message, and of what citizens sent us."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import click

from admin.kit.output import Format, Row, show_json
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.queues import inbox, outbox
from surveys.store.system import audit

COUNTED = "queue channel bot kind state count meaning"
TROUBLES = "channel bot state reason count"
LARGEST_ID = 2**63 - 1
SET_ASIDE = "id channel bot received_at tries reason"

command = group("delivery")


@command.command("status")
@format_option
async def status(runtime: Runtime, shown_as: Format) -> None:
    """Print how many messages and updates are in which state, and what is wrong."""
    database = await runtime.database()
    async with database.read() as conn:
        counted = await _outgoing(conn, runtime) + await _incoming(conn, runtime)
        troubles: list[Row] = [asdict(trouble) for trouble in await outbox.troubles(conn)]
        aside = [_shown(runtime, one) for one in await inbox.set_aside(conn)]
    if shown_as is Format.JSON:
        show_json({"counts": counted, "troubles": troubles, "set_aside": aside})
        return
    _show(runtime, "counts", COUNTED, counted, shown_as)
    if shown_as is Format.TABLE:
        _show_if_any(runtime, "troubles", TROUBLES, troubles)
        _show_if_any(runtime, "set_aside", SET_ASIDE, aside)


@command.command("retry")
@click.argument("id", type=click.IntRange(1, LARGEST_ID))
async def retry(runtime: Runtime, id: int) -> None:  # noqa: A002 - what the user types
    """Have an update that was set aside handled after all."""
    database = await runtime.database()
    async with database.write() as conn:
        if not await inbox.retry(conn, id):
            raise Refusal("delivery.not_set_aside", id=id)
        await audit.append(
            conn,
            at=runtime.now,
            actor=runtime.actor,
            action="delivery.retry",
            subject=str(id),
            details={},
        )
    runtime.say("delivery.retried", id=id)


async def _outgoing(conn: Connection, runtime: Runtime) -> list[Row]:
    counts = await outbox.counts(conn)
    return [
        _counted(runtime, "out", channel, bot, kind, state, count)
        for (channel, bot, kind, state), count in sorted(counts.items())
    ]


async def _incoming(conn: Connection, runtime: Runtime) -> list[Row]:
    counts = await inbox.counts(conn)
    return [
        _counted(runtime, "in", channel, bot, "", state, count)
        for (channel, bot, state), count in sorted(counts.items())
    ]


def _counted(
    runtime: Runtime, queue: str, channel: str, bot: str, kind: str, state: str, count: int
) -> Row:
    return {
        "queue": queue,
        "channel": channel,
        "bot": bot,
        "kind": kind,
        "state": state,
        "count": count,
        "meaning": runtime.text(f"delivery.meanings.{queue}.{state}"),
    }


def _shown(runtime: Runtime, one: inbox.SetAside) -> Row:
    received = datetime.fromtimestamp(one.received_ms / 1_000, UTC)
    local = received.astimezone(runtime.settings.zone)
    return asdict(one) | {"received_at": local.replace(microsecond=0).isoformat()}


def _show(runtime: Runtime, name: str, keys: str, rows: Sequence[Row], shown_as: Format) -> None:
    columns = runtime.columns("delivery.columns", keys)
    if shown_as is Format.TABLE:
        rows = [_in_words(runtime, row) for row in rows]
    runtime.show(rows, columns, shown_as, runtime.text(f"delivery.titles.{name}"))


def _show_if_any(runtime: Runtime, name: str, keys: str, rows: Sequence[Row]) -> None:
    if rows:
        _show(runtime, name, keys, rows, Format.TABLE)


def _in_words(runtime: Runtime, row: Row) -> Row:
    """The row with its codes as people say them."""
    words = dict(row)
    for key in ("queue", "kind", "state"):
        if row.get(key):
            words[key] = runtime.text(f"delivery.{key}s.{row[key]}")
    return words
