"""`motcua key`: the secret key of the deployment, and a new one in its place."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from bot.health import HEARTBEAT
from bot.keys import add_key, existing_keyring, key_place
from surveys.errors import Refusal
from surveys.privacy import KEY_BYTES, Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database, leave_no_trace
from surveys.store.system import audit, audit_check, key_rotation, meta
from surveys.store.system.audit import AuditEntry, Author

STILL_SECONDS = 90
"""A service that gave no sign for so long is stopped; it gives one every few seconds."""

command = group("key")


@command.command("list")
@format_option
async def list_keys(runtime: Runtime, shown_as: Format) -> None:
    """Print the fingerprints of the keys, never a key."""
    ring = _existing(runtime)
    database = await runtime.database()
    async with database.read() as conn:
        used = await meta.read(conn, meta.KEY_FINGERPRINT)
    rows = [{"key": one.fingerprint(), "use": _use(runtime, one, used)} for one in ring.each]
    runtime.show(rows, runtime.columns("key.columns", "key use"), shown_as)


@command.command("rotate")
@click.option("--dry-run", is_flag=True)
@click.option("--yes", is_flag=True)
@click.option("--accept-broken-log", is_flag=True)
async def rotate(
    runtime: Runtime,
    dry_run: bool,  # noqa: FBT001 - click calls by name
    yes: bool,  # noqa: FBT001
    accept_broken_log: bool,  # noqa: FBT001
) -> None:
    """Replace the key, and seal everything afresh; finish a rotation that was interrupted."""
    ring = _existing(runtime)
    database = await runtime.database(whole=False)
    async with database.read() as conn:
        await _require_still(runtime, conn)
        used = await meta.read(conn, meta.KEY_FINGERPRINT)
        is_unfinished = await meta.read(conn, meta.KEY_ROTATION) is not None
        faults = await _faults(conn, ring, used)
    if faults and not accept_broken_log:
        raise Refusal("key.broken_log")
    if dry_run:
        runtime.say("key.would", place=key_place(runtime.settings))
        return
    if not yes and not runtime.confirm("key.ask", place=key_place(runtime.settings)):
        raise Refusal("key.not_confirmed")
    if used == ring.fingerprint() and not is_unfinished:
        ring = _with_new_key(runtime)
    await _rotate(runtime, database, ring, {"broken_log": faults})


def _existing(runtime: Runtime) -> Keyring:
    """Raises Refusal `privacy.key_missing`."""
    ring = existing_keyring(runtime.settings)
    if ring is None:
        raise Refusal("privacy.key_missing", place=key_place(runtime.settings))
    return ring


def _use(runtime: Runtime, one: Keyring, used: str | None) -> str:
    return runtime.text("key.current" if one.fingerprint() == used else "key.older")


async def _require_still(runtime: Runtime, conn: Connection) -> None:
    """Raises Refusal `key.running` while the service runs: it would go on with the former key."""
    beat = await meta.read(conn, HEARTBEAT)
    still = timedelta(seconds=STILL_SECONDS)
    if beat and abs(runtime.now - datetime.fromisoformat(beat)) < still:
        raise Refusal("key.running", seconds=STILL_SECONDS)


async def _faults(conn: Connection, ring: Keyring, used: str | None) -> bool:
    """Whether the log has a fault by the key it was sealed with: a new seal would hide it.

    Raises Refusal `privacy.other_key` if that key is not here.
    """
    mine = ring.find(used) if used else ring
    if mine is None:
        raise Refusal("privacy.other_key")
    older = tuple(one.secret for one in ring.each if one.secret != mine.secret)
    return bool((await audit_check.verify(conn, Keyring(mine.secret, older))).faults)


def _with_new_key(runtime: Runtime) -> Keyring:
    """The ring with a new key before the others; the file has it from now on.

    Raises Refusal `key.in_environment` if the key is a setting, which no command can change.
    """
    if runtime.settings.key is not None:
        raise Refusal("key.in_environment")
    return add_key(runtime.settings, secrets.token_bytes(KEY_BYTES))


async def _rotate(
    runtime: Runtime, database: Database, ring: Keyring, told: Mapping[str, object]
) -> None:
    author = runtime.author_with(ring)
    await _begin(runtime, database, ring, told)
    with runtime.progress("key.progress") as progress:
        count = await key_rotation.rekey(database, ring, progress)
    async with database.write() as conn:
        await leave_no_trace(conn)
        lost = await key_rotation.forget_unknown_phones(conn)
        await meta.forget(conn, meta.KEY_ROTATION)
        details = {"to": ring.fingerprint(), "rows": count, "phones_forgotten": lost}
        await _note(conn, runtime, author, "key.rotated", details)
    runtime.say("key.done", count=count, place=key_place(runtime.settings))
    if lost:
        runtime.say("key.lost", count=lost)


async def _begin(
    runtime: Runtime, database: Database, ring: Keyring, told: Mapping[str, object]
) -> None:
    """From this transaction on the new key is the database's; the service waits for the end."""
    author = runtime.author_with(ring)
    async with database.write() as conn:
        former = await meta.read(conn, meta.KEY_FINGERPRINT)
        if former == ring.fingerprint():
            return
        await meta.write(conn, meta.KEY_FINGERPRINT, ring.fingerprint())
        await meta.write(conn, meta.KEY_ROTATION, runtime.now.isoformat())
        details = {"from": former, "to": ring.fingerprint(), **told}
        await _note(conn, runtime, author, "key.rotate", details)


async def _note(
    conn: Connection, runtime: Runtime, author: Author, action: str, details: Mapping[str, object]
) -> None:
    entry = AuditEntry(action=action, subject="key", details=dict(details))
    await audit.append(conn, author, entry, at=runtime.now)
