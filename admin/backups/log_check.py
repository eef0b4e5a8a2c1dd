"""Verifies the audit log that a backup holds."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from admin.kit.runtime import Runtime
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.system import audit_check, copying


async def find_faults_in_file(runtime: Runtime, file: Path) -> tuple[str, ...]:
    """The faults of the log in a SQLite backup of the current version; the backup stays untouched.

    Raises OSError, or Refusal `database.copy_broken`.
    """
    with TemporaryDirectory() as folder:
        copied = Path(folder, "backup.sqlite")
        await asyncio.to_thread(copying.copy, file, copied)
        database = Database.open(f"sqlite:///{copied}")
        try:
            async with database.read() as conn:
                return await find_faults(runtime, conn)
        finally:
            await database.close()


async def find_faults(runtime: Runtime, conn: Connection) -> tuple[str, ...]:
    """Each fault of a log as `fault:row`, or as `fault` if it concerns no single row."""
    verdict = await audit_check.verify(conn, await runtime.checking_keyring(conn))
    return tuple(fault if row is None else f"{fault}:{row}" for fault, row in verdict.faults)
