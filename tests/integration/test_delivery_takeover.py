"""After a power cut nobody waits for a lease: who certainly runs no more holds no message."""

import os
import socket
import subprocess
import sys

from sqlalchemy import update

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.base.owners import is_gone, own_name
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import dispatching, now_ms, until
from tests.integration.queue_rows import add_contact, queue, states_of

AN_HOUR_MS = 3_600_000


def _ended() -> int:
    """The number of a process that runs no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def _held_by(database: Database, owner: str) -> None:
    async with database.write() as conn:
        await queue(conn, await add_contact(conn, "84"), "one")
        held = {"state": "sending", "owner": owner, "leased_until_ms": now_ms() + AN_HOUR_MS}
        await conn.execute(update(schema.outbox).values(**held))


async def test_a_reply_of_a_killed_process_leaves_at_once(database: Database) -> None:
    """The lease would last an hour; the reply is asked once more when the next process starts."""
    await _held_by(database, f"{socket.gethostname()}:{_ended()}:0123abcd")
    channel = FakeChannel()
    async with dispatching(database, channel):
        await until(lambda: _sent(database), seconds=10)
    assert channel.texts == ["one"]


async def test_who_still_runs_is_left_alone(database: Database) -> None:
    """Another dispatcher of this computer keeps what it sends."""
    await _held_by(database, f"{socket.gethostname()}:{os.getppid()}:0123abcd")
    channel = FakeChannel()
    async with dispatching(database, channel):
        async with database.write() as conn:
            await queue(conn, await add_contact(conn, "85"), "two")
        await until(lambda: _heard(channel, "two"))
    assert channel.texts == ["two"]
    assert (await states_of(database))["one"] == "sending"


def test_nobody_is_taken_for_gone_whom_we_cannot_see() -> None:
    """Another computer's processes, and names of another build."""
    names = [f"elsewhere:{_ended()}:0123abcd", f"{socket.gethostname()}:x:0", "me", ""]
    assert [name for name in names if is_gone(name, own_name())] == []


def test_a_name_is_ours_or_of_an_earlier_process_with_our_number() -> None:
    """In a container every process has the same number."""
    mine = own_name()
    assert not is_gone(mine, mine)
    assert is_gone(own_name(), mine)


async def _sent(database: Database) -> bool:
    return set((await states_of(database)).values()) == {"sent"}


async def _heard(channel: FakeChannel, text: str) -> bool:
    return text in channel.texts
