"""SQLite's transactions without SQLAlchemy's greenlets, wherever nothing is waited for.

SQLAlchemy makes a greenlet for each call to the driver, so that the call may wait. Within a
transaction nothing waits (`one_hop`): the greenlets were half of what a statement cost, and two
thirds of what a short transaction did (tests/bench/test_one_hop.py).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util.concurrency import greenlet_spawn

from surveys.store.base import one_hop


class AtOnce(AsyncConnection):
    """A connection that goes to the driver itself where the driver answers at once."""

    async def execute(
        self,
        statement: Executable,
        parameters: Any = None,  # noqa: ANN401 - as in the library
        *,
        execution_options: Any = None,  # noqa: ANN401
    ) -> CursorResult[Any]:
        """Run one statement and take its rows."""
        options = {"execution_options": execution_options}
        sync = self.sync_connection
        if sync is not None and _driver(sync).runs_at_once:
            return sync.execute(statement, parameters, **options)
        return await super().execute(statement, parameters, **options)


@asynccontextmanager
async def begin(engine: AsyncEngine, beginning: str) -> AsyncIterator[AsyncConnection]:
    """What `engine.begin()` is: a transaction, committed at the end, rolled back on any exception.

    `beginning` is one of `one_hop.BEGINNINGS`.
    """
    sync = await greenlet_spawn(_begun, engine.sync_engine, beginning)
    try:
        yield AtOnce(engine, sync)
    except BaseException:
        await _end(sync, commits=False)
        raise
    await _end(sync, commits=True)


def _begun(engine: Engine, beginning: str) -> Connection:
    connection = engine.connect()
    try:
        connection.begin()
        _driver(connection).begin(beginning)
    except BaseException:
        connection.close()
        raise
    return connection


async def _end(connection: Connection, *, commits: bool) -> None:
    if _driver(connection).ends_at_once:
        _ended(connection, commits=commits)
    else:
        await greenlet_spawn(_ended, connection, commits=commits)


def _ended(connection: Connection, *, commits: bool) -> None:
    with connection:
        if commits:
            connection.commit()


def _driver(connection: Connection) -> one_hop.Connection:
    return cast("one_hop.Connection", connection.connection.dbapi_connection)
