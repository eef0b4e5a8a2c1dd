"""PostgreSQL through asyncpg."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from surveys.store.base.connection import Connection

PATIENCE_MS = 30_000
"""How long to wait for a lock."""
SESSION = {"lock_timeout": str(PATIENCE_MS), "plan_cache_mode": "force_custom_plan"}
"""Each statement is planned again: a plan that was kept from when a queue was empty reads all of it
once for every message, so that one chat with 12,000 waiting messages had all others wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresDriver:
    """A server with any number of writers."""

    name = "postgresql"
    engine: AsyncEngine
    reader: AsyncEngine
    committer: AsyncEngine

    @classmethod
    def open(cls, url: URL) -> "PostgresDriver":
        """Connect lazily to the database of `url`."""
        target = url.set(drivername="postgresql+asyncpg")
        engine = create_async_engine(
            target,
            pool_size=8,
            max_overflow=8,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"server_settings": SESSION},
        )
        reader = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        committer = engine.execution_options(isolation_level="AUTOCOMMIT")
        return cls(engine=engine, reader=reader, committer=committer)

    def write(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction at PostgreSQL's default isolation level, READ COMMITTED."""
        return self.engine.begin()

    def write_at_once(self) -> AbstractAsyncContextManager[Connection]:
        """A statement that the server commits by itself."""
        return self.committer.begin()

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A read-only transaction on one snapshot."""
        return self.reader.begin()

    def read_inline(self) -> AbstractAsyncContextManager[Connection]:
        """The same as `read`: a short read gains nothing here."""
        return self.reader.begin()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
