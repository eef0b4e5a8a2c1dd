"""PostgreSQL's own backup programs: pg_dump and pg_restore."""

import asyncio
import os
import shutil
from pathlib import Path

from sqlalchemy.engine import URL

from admin.kit.files import draft_of
from surveys.errors import Refusal


async def dump(url: URL, file: Path) -> None:
    """Write a consistent dump of the database; `file` appears only when it is complete.

    Raises Refusal `database.no_pg_tool` or `database.pg_tool`.
    """
    with draft_of(file) as draft:
        await _run(url, "pg_dump", "--format=custom", "--no-owner", f"--file={draft}")


async def restore(url: URL, file: Path) -> None:
    """Restore a dump in one transaction, replacing the present contents.

    Raises Refusal `database.no_pg_tool` or `database.pg_tool`.
    """
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    await _run(url, "pg_restore", *options, str(file))


def require_dump(file: Path) -> None:
    """Raises OSError, or Refusal `database.no_copy` when the file was not made by `dump`."""
    with file.open("rb") as stream:
        if stream.read(5) != b"PGDMP":
            raise Refusal("database.no_copy", file=file)


async def contents(file: Path) -> str:
    """The table of contents of a dump, one line per entry.

    Raises Refusal `database.no_pg_tool` or `database.pg_tool`.
    """
    process = await asyncio.create_subprocess_exec(
        _program("pg_restore"),
        "--list",
        str(file),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    listed, said = await process.communicate()
    _require_done(process, "pg_restore", said)
    return listed.decode(errors="replace")


def _program(tool: str) -> str:
    program = shutil.which(tool)
    if program is None:
        raise Refusal("database.no_pg_tool", tool=tool)
    return program


def _require_done(process: asyncio.subprocess.Process, tool: str, said: bytes) -> None:
    if process.returncode:
        reason = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise Refusal("database.pg_tool", tool=tool, reason=reason)


async def _run(url: URL, tool: str, *args: str) -> None:
    program = _program(tool)
    known = {"PGHOST": _host(url), "PGPORT": url.port or url.query.get("port")}
    known |= {"PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    environ = os.environ | {name: str(value) for name, value in known.items() if value}
    process = await asyncio.create_subprocess_exec(
        program,
        *args,
        *(["--dbname", url.database or ""] if tool == "pg_restore" else []),
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    _require_done(process, tool, said)


def _host(url: URL) -> object:
    return url.host or url.query.get("host")
